import { OAuth2Client } from 'edge-oauth2';

/** Places an order at the shop; gives its number. */
export async function placeOrder(env, order) {
  const shop = new OAuth2Client({
    tokenUrl: env.TOKEN_URL,
    clientId: env.CLIENT_ID,
    clientSecret: env.CLIENT_SECRET,
    baseUrl: env.SHOP_URL,
  });
  const response = await shop.fetch('/orders', { method: 'POST', body: JSON.stringify(order) });
  if (!response.ok) throw new Error(`the shop answered ${response.status}`);
  return (await response.json()).number;
}
