// Obtains a token five times at once, and once more when an hour has passed by `advance`; says which tokens there were.
const { CLIENT_ID, CLIENT_SECRET, TOKEN_URL } = process.env;

exports.obtain = async (OAuth2Client, identity, advance) => {
  const api = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, identity });
  const tokens = new Set();
  const get = async () => tokens.add((await api.getToken()).accessToken);
  await Promise.all([get(), get(), get(), get(), get()]);
  const first = tokens.size === 1 ? 'one' : `${tokens.size}`;
  advance(3_600_000);
  await get();
  return tokens.size === 1 ? first : `${first}, then another`;
};
