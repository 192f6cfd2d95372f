// What the types of entries of compat/ have in common.
import type { OAuth2ClientOptions } from '../entries/index.js';

/** How what was obtained is shared, which none of the systems knows. */
export type SharingOptions = Pick<
  OAuth2ClientOptions,
  | 'store'
  | 'seal'
  | 'sealKey'
  | 'previousSealKeys'
  | 'storeTimeoutMs'
  | 'storePrefix'
  | 'waitUntil'
  | 'onEvent'
  | 'fetch'
>;
