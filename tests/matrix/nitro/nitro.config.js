export default defineNitroConfig({
  compatibilityDate: '2026-07-01',
  // Filled in when the application runs, from NITRO_TOKEN_URL and so on.
  runtimeConfig: { tokenUrl: '', clientId: '', clientSecret: '', apiUrl: '' },
});
