export default defineNuxtConfig({
  compatibilityDate: '2026-07-01',
  // Filled in when the application runs, from NUXT_TOKEN_URL and so on; browsers see nothing of it.
  runtimeConfig: { tokenUrl: '', clientId: '', clientSecret: '', apiUrl: '' },
});
