/**
 * `edge-oauth2/slim`: the same client without its WebAssembly module, for runtimes and bundlers where you
 * want to decide how the module is loaded. The module itself is `edge-oauth2/edge_oauth2.wasm`.
 *
 * @module
 */

type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : object;

/**
 * Starts the client with its WebAssembly module. Call it once, at the top level of a module, before the first
 * client is used; every further call does nothing.
 *
 * @param module - `edge-oauth2/edge_oauth2.wasm`, compiled, or its bytes where the runtime compiles wasm.
 */
export function init(module: WasmModule | ArrayBuffer | ArrayBufferView): void;

export * from './index.js';
