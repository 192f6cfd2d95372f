// Uses what a plain `wasm-pack build` gave, in Node or Deno: plain-consumer.mjs TARGET GLUE OPTIONS.
const [target, glue, options] = globalThis.Deno?.args ?? process.argv.slice(2);

const load = {
  async web() {
    const { readFileSync } = await import('node:fs');
    const bindings = await import(glue);
    await bindings.default({ module_or_path: readFileSync(new URL('edge_oauth2_bg.wasm', glue)) });
    return bindings;
  },
  /** Node imports wasm as bundlers do: as an ES module with imports of its own. */
  bundler: () => import(glue),
  async nodejs() {
    const { createRequire } = await import('node:module');
    return createRequire(import.meta.url)(new URL(glue).pathname);
  },
  deno: () => import(glue),
}[target];

const { OAuth2Client, OAuth2Error } = await load();
const api = new OAuth2Client(JSON.parse(options));
const { accessToken } = await api.getToken();
const answer = await (await api.fetch('/hello')).text();
let refusal;
try {
  new OAuth2Client({});
} catch (error) {
  refusal = error instanceof OAuth2Error && error.code;
}
console.log(JSON.stringify({ accessToken, answer, refusal }));
