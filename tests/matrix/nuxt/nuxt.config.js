export default defineNuxtConfig({
  compatibilityDate: '2026-07-01',
  // Cloudflare compiles no WebAssembly in a request, which is when Nitro loads a route: with this it comes as a file.
  nitro: { experimental: { wasm: true } },
  // Filled in when the application runs, from NUXT_TOKEN_URL and so on; browsers see nothing of it.
  runtimeConfig: { tokenUrl: '', clientId: '', clientSecret: '', apiUrl: '' },
});
