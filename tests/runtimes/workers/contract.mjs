// Runs one test of the contract inside a Worker.
import * as edgeOAuth2 from 'edge-oauth2';
import { contract } from '../contract.mjs';
import { createScene } from '../scene.mjs';

export default {
  async fetch(request) {
    const { group, title } = await request.json();
    const scene = createScene({ package: edgeOAuth2, addresses: ADDRESSES, runtime: RUNTIME });
    try {
      await contract[group][title](scene);
      return Response.json({ passed: true });
    } catch (error) {
      return Response.json({ message: String(error), stack: error?.stack });
    }
  },
};
