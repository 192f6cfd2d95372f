// The way out of a company's network, which Node.js does not take by itself.

import { warning } from './warning.js';

const UNCONNECTED = ['host_not_found', 'connection_refused', 'unreachable', 'timeout'];
const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Where a server was not reached: whether the environment names a proxy that was not asked. */
export function proxyFindings(findings, { env, versions, execArgv }) {
  const name = VARIABLES.find((variable) => env[variable]);
  const isInUse = versions.bun || versions.deno || env.NODE_USE_ENV_PROXY === '1' || execArgv.includes('--use-env-proxy');
  if (!name || isInUse || !findings.some(({ code }) => UNCONNECTED.includes(code))) return [];
  return [
    warning(
      'proxy_not_used',
      `${name} is set, and Node.js connects without it`,
      'Set NODE_USE_ENV_PROXY=1 too, with Node.js 22.21 or 24.5 and newer. This is about this machine, and not about where the program runs.',
    ),
  ];
}
