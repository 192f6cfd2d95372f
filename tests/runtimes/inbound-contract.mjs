// What a user of `edge-oauth2/inbound` is promised, in any runtime: as contract.mjs, with scenes of inbound-scene.mjs.
import { caches } from './contract/inbound-caches.mjs';
import { guard } from './contract/inbound-guard.mjs';
import { introspection } from './contract/inbound-introspection.mjs';
import { jwt } from './contract/inbound-jwt.mjs';
import { challenges, metadata } from './contract/inbound-metadata.mjs';
import { strangers } from './contract/inbound-strangers.mjs';

export const inboundContract = {
  introspection,
  'answers that are kept': caches,
  'signed tokens': jwt,
  guard,
  'metadata of the resource': metadata,
  challenges,
  'functions of strangers': strangers,
};
