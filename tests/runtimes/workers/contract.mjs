// Runs one test of the contract inside a Worker.
import * as edgeOAuth2 from '#entry';
import { contractOf, sceneOf } from '../entries.mjs';

export default {
  async fetch(request) {
    const { group, title } = await request.json();
    const scene = sceneOf(ENTRY, group, { package: edgeOAuth2, addresses: ADDRESSES, runtime: RUNTIME });
    try {
      await contractOf(ENTRY)[group][title](scene);
      return Response.json({ passed: true });
    } catch (error) {
      return Response.json({ message: String(error), stack: error?.stack });
    }
  },
};
