// The same in a Worker, by the client that CLIENT names.
import { OAuth2Client } from 'edge-oauth2';
import * as apollo from './clients/apollo.js';
import * as axios from './clients/axios.js';
import * as graphqlRequest from './clients/graphql-request.js';
import * as heyApi from './clients/hey-api.js';
import * as ky from './clients/ky.js';
import * as ofetch from './clients/ofetch.js';
import * as openapiFetch from './clients/openapi-fetch.js';
import * as supabase from './clients/supabase.js';
import * as trpc from './clients/trpc.js';
import * as urql from './clients/urql.js';
import { perform } from './tasks.js';

const clients = { apollo, axios, 'graphql-request': graphqlRequest, 'hey-api': heyApi, ky, ofetch, 'openapi-fetch': openapiFetch, supabase, trpc, urql };

export default {
  async fetch(request, env) {
    const api = new OAuth2Client({
      tokenUrl: env.TOKEN_URL,
      clientId: env.CLIENT_ID,
      clientSecret: env.CLIENT_SECRET,
      baseUrl: env.API_URL,
      allowedOrigins: [env.TRANSLATOR_URL],
    });
    const client = clients[env.CLIENT].create({ fetch: api.fetch, baseUrl: env.API_URL, translatorUrl: env.TRANSLATOR_URL });
    const { pathname: path } = new URL(request.url);
    return Response.json(await perform(client, { path, method: request.method, body: await request.text() }));
  },
};
