import * as all from 'edge-oauth2/all';
import { gateway } from './gateway.mjs';

export const create = (env) => gateway(all, env);
