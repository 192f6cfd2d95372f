// Ballerina's oauth2 module: its grant configurations, and its introspection of credentials. Who uses the one alone loads no
// more than that, where a bundler looks at what is used: these files do nothing when they are loaded.
export {
  AUTH_HEADER_BEARER,
  ClientOAuth2Provider,
  ClientOAuth2Provider as OutboundOAuth2Provider,
  INFER_REFRESH_CONFIG,
  NO_BEARER,
  POST_BODY_BEARER,
} from './ballerina-client.js';
export { ListenerOAuth2Handler } from './ballerina-handler.js';
export { ListenerOAuth2Provider, ListenerOAuth2Provider as InboundOAuth2Provider } from './ballerina-listener.js';
