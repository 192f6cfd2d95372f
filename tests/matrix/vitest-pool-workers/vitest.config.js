import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL, REVOCATION, REVOCATION_AUTHORIZATION } = process.env;
const bindings = { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL, REVOCATION, REVOCATION_AUTHORIZATION };

export default defineConfig({
  plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.jsonc' }, miniflare: { bindings } })],
});
