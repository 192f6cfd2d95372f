// The entries of the package, by what they promise, and the scenes where that is tested.
import { contract } from './contract.mjs';
import { inboundContract } from './inbound-contract.mjs';
import { createInboundScene } from './inbound-scene.mjs';
import { contractOf as contractOfRooms, leftOutOf } from './rooms.mjs';
import { createScene } from './scene.mjs';

const CLIENT = 'edge-oauth2';
const INBOUND = 'edge-oauth2/inbound';
const ALL = 'edge-oauth2/all';

/** Those whose contract is tested in every runtime. */
export const entries = { [CLIENT]: contract, [INBOUND]: inboundContract };

export function contractOf(entry) {
  if (entry === ALL) return { ...contract, ...inboundContract };
  return entries[entry] ?? contractOfRooms(entry);
}

/** A new scene for tests of `group`, by `entry`, which `import *` gave as `package`. */
export function sceneOf(entry, group, settings) {
  return inboundContract[group] ? createInboundScene(settings) : createScene({ ...settings, leftOut: leftOutOf[entry] });
}

/** What tests are grouped by, under the name of a runtime. */
export function titleOf(runtime, entry, group) {
  return `${runtime}: ${entry === CLIENT ? '' : `${entry.replace(`${CLIENT}/`, '')}: `}${group}`;
}

/** Every test of the `entries`, in one order for all runtimes. */
export function* everyTest() {
  for (const [entry, groups] of Object.entries(entries)) {
    for (const [group, tests] of Object.entries(groups)) {
      for (const title of Object.keys(tests)) yield { entry, group, title };
    }
  }
}
