// What the buttons of the page do, and what each proves.
import { herd, replacement, since, sinceAtStores, sweep } from './proofs.mjs';

const HERD = 50;

/** Sends the herd, and proves what it cost; through when all are answered. */
export async function herdOn(company) {
  const isolates = company.fleets.flatMap(({ serving }) => serving).length;
  await company.herd(HERD, company.proofs.begin('herd', herd(HERD, isolates, company.storeFails)));
}

/** The actions on a company of fleets, by their names. Each has had its effect when it is through; proofs go on. */
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
  /** Has each isolate serve a request after what happened. */
  const sweepAfter = (action, what) => {
    company.sweep(proofs.begin(action, sweep(what, company.storeFails)));
  };

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
      sweepAfter('expire', () => 'Token past its end in all isolates at once');
    },
    async revoke() {
      await company.revoke();
      sweepAfter('revoke', ({ all }) => `Token revoked, and refused by the API ${all.refusals} times`);
    },
    async replace() {
      const cold = await company.replace();
      const proof = proofs.begin('replace', replacement(company.storeFails));
      for (const { fleet, isolate } of cold) company.send(fleet, isolate, proof);
    },
    async rotate() {
      await company.rotate();
      sweepAfter('rotate', () => 'Secret rotated, and all isolates deployed anew');
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
