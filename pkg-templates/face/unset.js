// Options that are given and have no value, as `clientSecret: env.CLIENT_SECRET` has where no such secret is set.

import { invalidOption, isOurs } from './error.js';

/** Whether `object` has that member, and it is undefined. */
export function isUnset(object, member) {
  return typeof object === 'object' && object !== null && member in object && object[member] === undefined;
}

/** The option for whose want `error` was thrown, if `options` name it all the same, and after it what else is undefined there. */
export function unsetOptions(error, options) {
  // How both languages begin to say it.
  const [, name] = (isOurs(error) && /^(\w+) is required/.exec(error.message)) || [];
  const unset = isUnset(options, name) ? name : instead(name, options);
  return unset && [unset, ...Object.keys(options).filter((other) => other !== unset && isUnset(options, other))];
}

/** What has the place of the option `name`, if that is undefined. */
function instead(name, options) {
  if (name === 'privateKey' && isUnset(options.privateKey, 'key')) return 'privateKey.key';
  return /Url$/.test(name) && isUnset(options, 'issuer') ? 'issuer' : undefined;
}

export function unset(name, ...others) {
  const also = others.length === 0 ? '' : `, and so ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}`;
  return invalidOption(name, `is given, but undefined${also}: is what it is read from set where this runs? (${whereSet()})`);
}

/** Where secrets are set on the platform at hand. */
function whereSet() {
  const { WebSocketPair, Netlify, EdgeRuntime, Deno } = globalThis;
  if (WebSocketPair) return 'Workers: `wrangler secret put NAME`; .dev.vars for `wrangler dev`';
  if (Netlify) return 'Netlify: `netlify env:set NAME`';
  if (EdgeRuntime) return 'Vercel: `vercel env add NAME`; .env.local for `next dev`';
  if (Deno) return 'Deno: Deno.env.get(NAME), with --allow-env';
  return 'process.env: .env.local for Next.js, --env-file=.env for Node';
}
