// An entry of the package, imported as a user's project imports it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, tarball } from '../runtimes/package.mjs';

/** Installs the tarball into the project `name`; `load` imports one of its entries. */
export async function installPackage(name) {
  const project = await install(name, await tarball());
  const { resolve } = createRequire(join(project, 'index.js'));
  return { project, load: (entry) => import(pathToFileURL(resolve(entry)).href) };
}
