// Sandboxes and production, which know nothing of each other.

/** Hosts of vendors for production, and for tests. */
const PAIRS = [
  ['login.salesforce.com', 'test.salesforce.com'],
  ['api-m.paypal.com', 'api-m.sandbox.paypal.com'],
  ['api.paypal.com', 'api.sandbox.paypal.com'],
  ['api.ebay.com', 'api.sandbox.ebay.com'],
  ['account.docusign.com', 'account-d.docusign.com'],
  ['connect.squareup.com', 'connect.squareupsandbox.com'],
];

const OF_TESTS = /(^|[^a-z])(sbx|test|staging|uat|preprod)([^a-z]|$)|sandbox/i;
const OF_PRODUCTION = /(^|[^a-z])(prod|prd|production|live)([^a-z]|$)/i;

/** What a name says about where it belongs, if it does. */
function environmentOf(name) {
  if (OF_TESTS.test(name)) return 'tests';
  return OF_PRODUCTION.test(name) ? 'production' : undefined;
}

/** The environment of a token server, if that is known. */
function environmentOfServer({ host, pathname }) {
  const pair = PAIRS.find((hosts) => hosts.includes(host));
  return pair ? ['production', 'tests'][pair.indexOf(host)] : environmentOf(host + pathname);
}

/** The host of the vendor's other environment. */
export function otherHost({ host }) {
  return PAIRS.find((hosts) => hosts.includes(host))?.find((other) => other !== host);
}

/** What belongs to another environment than the token server at `url`: the option, and what to say of it. */
export function stray({ clientId, baseUrl }, url) {
  const server = environmentOfServer(url);
  const named = { clientId: String(clientId ?? ''), baseUrl: URL.canParse(baseUrl) ? new URL(baseUrl).host : '' };
  const [option] = Object.entries(named).find(([, name]) => server && environmentOf(name) && environmentOf(name) !== server) ?? [];
  if (option === undefined) return undefined;
  const difference = `${option} looks like one for ${environmentOf(named[option])}, and the token server ${url.host} is one for ${server}`;
  const other = otherHost(url);
  const advice = `take tokenUrl and ${option} from the same environment${other ? `: the vendor's other one is at ${other}` : ''}`;
  return { option, difference, advice };
}
