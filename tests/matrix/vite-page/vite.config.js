const { TOKEN_URL, API_URL } = process.env;

/** The page talks to where it comes from, which passes it on. */
const to = (url, prefix) => {
  const { origin, pathname } = new URL(url);
  return { target: origin, changeOrigin: true, rewrite: (path) => path.replace(prefix, pathname) };
};
const proxy = { '/oauth/token': to(TOKEN_URL, '/oauth/token'), '/api': to(API_URL, '/api') };

export default { server: { proxy }, preview: { proxy } };
