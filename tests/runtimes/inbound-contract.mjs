// What a user of `edge-oauth2/inbound` is promised, in any runtime: as contract.mjs, with scenes of inbound-scene.mjs.
import { caches } from './contract/inbound-caches.mjs';
import { failures } from './contract/inbound-failures.mjs';
import { guard } from './contract/inbound-guard.mjs';
import { introspection } from './contract/inbound-introspection.mjs';
import { jwt } from './contract/inbound-jwt.mjs';
import { keys } from './contract/inbound-keys.mjs';
import { challenges, metadata } from './contract/inbound-metadata.mjs';
import { refusals } from './contract/inbound-refusals.mjs';
import { stores } from './contract/inbound-stores.mjs';
import { strangers } from './contract/inbound-strangers.mjs';
import { unsetOptions } from './contract/inbound-unset-options.mjs';

export const inboundContract = {
  introspection,
  'questions without an answer': failures,
  'answers that are kept': caches,
  'stores of answers': stores,
  'signed tokens': jwt,
  'keys of issuers': keys,
  guard,
  refusals,
  'metadata of the resource': metadata,
  challenges,
  'functions of strangers': strangers,
  'checks whose options are undefined': unsetOptions,
};
