// Ballerina's oauth2 module: its grant configurations, and its introspection of credentials.
export {
  AUTH_HEADER_BEARER,
  ClientOAuth2Provider,
  ClientOAuth2Provider as OutboundOAuth2Provider,
  INFER_REFRESH_CONFIG,
  NO_BEARER,
  POST_BODY_BEARER,
} from './ballerina-client.js';
export { ListenerOAuth2Provider, ListenerOAuth2Provider as InboundOAuth2Provider } from './ballerina-listener.js';
