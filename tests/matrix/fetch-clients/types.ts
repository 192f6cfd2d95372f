// Compiled, not run: each client takes `api.fetch` for its `fetch`.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { createClient as createHeyApi } from '@hey-api/client-fetch';
import { createClient as createSupabase } from '@supabase/supabase-js';
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { Client, fetchExchange } from '@urql/core';
import axios from 'axios';
import { OAuth2Client } from 'edge-oauth2';
import { GraphQLClient } from 'graphql-request';
import ky from 'ky';
import { createFetch } from 'ofetch';
import createClient from 'openapi-fetch';

const api = new OAuth2Client({ tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret', baseUrl: 'https://api.example.com/' });
const { fetch } = api;
const url = 'https://api.example.com/';

createClient<{ '/echo': { get: { responses: { 200: { content: { 'application/json': string } } } } } }>({ baseUrl: url, fetch });
createClient({ baseUrl: url, fetch: api.fetch });
ky.create({ fetch });
createFetch({ fetch }).create({ baseURL: url });
axios.create({ adapter: 'fetch', env: { fetch } });
createHeyApi({ baseUrl: url, fetch });
new GraphQLClient(url, { fetch });
new Client({ url, fetch, exchanges: [fetchExchange], preferGetMethod: false });
new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache() });
createTRPCClient<AnyRouter>({ links: [httpLink({ url, fetch })] });
createTRPCClient<AnyRouter>({ links: [httpBatchLink({ url, fetch })] });
createTRPCClient<AnyRouter>({ links: [httpBatchStreamLink({ url, fetch })] });
createSupabase(url, 'key', { global: { fetch } });
