import { Guard, TokenIntrospector } from 'edge-oauth2/inbound';
import { OAuth2Client } from 'edge-oauth2/m2m';
import { gateway } from './gateway.mjs';

export const create = (env) => gateway({ Guard, OAuth2Client, TokenIntrospector }, env);
