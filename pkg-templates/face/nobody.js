// The call of nobody: what wasm does without asking anybody needs nothing of it.

export function nobody() {
  return { count: () => false };
}
