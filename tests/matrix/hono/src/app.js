import { Hono } from 'hono';
import { env } from 'hono/adapter';
import { OAuth2Client } from 'edge-oauth2';

export const app = new Hono();

app.use(async (context, next) => {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = env(context);
  context.set('api', new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL }));
  await next();
});

app.get('/hello', (context) => context.get('api').fetch('/hello'));

app.post('/hello', async (context) => context.get('api').fetch('/hello', { method: 'POST', body: await context.req.text() }));
