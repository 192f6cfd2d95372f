// What the buttons of the page do, and what each proves.
import { herd, replacement, since, sinceAtStores, sweep } from './proofs.mjs';

const HERD = 50;

/** Sends the herd, and proves what it cost; through when all are answered. */
export async function herdOn(company) {
  const isolates = company.fleets.flatMap(({ serving }) => serving).length;
  await company.herd(HERD, company.proofs.begin('herd', herd(HERD, isolates, company.storeFails)));
}

/** The actions on a company of fleets, by their names. Each has begun to have its effect when it is through; proofs go on. */
export function actionsOn(company) {
  const { proofs } = company;

  /** Turns the token server into something, and proves that requests go on. */
  const turn = (action, tokenServer, what) => async () => {
    await company.turn(tokenServer);
    proofs.watch(action, since(what));
  };
  const failing = (action, storeFails, what) => async () => {
    company.storeFails = storeFails;
    proofs.watch(action, sinceAtStores(what));
  };
  /** Begins the proof that each isolate serves a request after what happened. */
  const beginSweep = (action, what) => proofs.begin(action, sweep(what, company.storeFails));

  let rotation;

  return {
    async herd() {
      herdOn(company);
    },
    stop: turn('stop', 'stopped', 'Token server stopped'),
    slow: turn('slow', 'slow', 'Token server takes 3 s'),
    confuse: turn('confuse', 'confused', 'Token server answers with a page of HTML'),
    heal: turn('heal', 'well', 'Token server is well'),
    fail_store: failing('fail_store', true, 'Store fails'),
    mend_store: failing('mend_store', false, 'Store works'),
    async expire() {
      company.expire();
      company.sweep(beginSweep('expire', () => 'Token past its end in all isolates at once'));
    },
    async revoke() {
      // Before it is done: traffic meets it at once.
      const proof = beginSweep('revoke', ({ all }) => `Token revoked, and refused by the API ${all.refusals} times`);
      await company.revoke();
      company.sweep(proof);
    },
    async replace() {
      const cold = await company.replace();
      const holding = company.storeFails ? [] : cold.filter(({ fleet }) => fleet.hasToken(Date.now(), true)).map(({ fleet }) => fleet.store);
      const proof = proofs.begin('replace', replacement(holding));
      for (const { fleet, isolate } of cold) company.send(fleet, isolate, proof);
    },
    async rotate() {
      // One after the other: an isolate of the first would have a secret that the second has done away with.
      await rotation;
      rotation = company.rotate(beginSweep('rotate', () => 'Secret rotated, and all isolates deployed anew'));
    },
    async pause() {
      company.stopTraffic();
      proofs.watch('pause', since('Traffic paused'));
    },
    async resume() {
      company.stopTraffic();
      company.startTraffic();
      proofs.watch('resume', since('Traffic resumed'));
    },
  };
}
