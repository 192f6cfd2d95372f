export default defineNitroConfig({
  compatibilityDate: '2026-07-01',
  // Cloudflare compiles no WebAssembly in a request, which is when Nitro loads a route: with this it comes as a file.
  experimental: { wasm: true },
  // Filled in when the application runs, from NITRO_TOKEN_URL and so on.
  runtimeConfig: { tokenUrl: '', clientId: '', clientSecret: '', apiUrl: '' },
});
