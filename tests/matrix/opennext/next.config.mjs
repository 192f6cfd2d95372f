// Bundled by Next.js it would be the build for Node, whose wasm workerd does not compile. Left outside, OpenNext takes the one
// for workerd.
export default { serverExternalPackages: ['edge-oauth2'] };
