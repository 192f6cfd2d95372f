import { defineEnvVars } from '@sveltejs/kit/env';

// What has no schema must be there when the application is built, too.
const later = { schema: (value) => value };

export const variables = defineEnvVars({ TOKEN_URL: later, CLIENT_ID: later, CLIENT_SECRET: later, API_URL: later });
