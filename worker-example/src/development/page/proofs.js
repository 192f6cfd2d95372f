// What the actions have proven: the newest as one line, the others as a list.
import { list, put, set } from './elements.js';
import { span } from './figures.js';

/** A proof whose numbers go on would be read out without end. It is told when it is new, and once more after this time. */
const SETTLED_MS = 4_000;

const find = (selector) => document.querySelector(selector);

/** The newest that was shown; undefined before the first snapshot, null where that had none. */
let newest;

export function showProofs({ proofs, nowMs }) {
  const proof = proofs.at(-1) ?? null;
  set(find('[data-proof]'), { 'data-proof': proof?.id ?? '', 'data-promised': proof?.isPromised });
  put(find('[data-proof]'), proof ? wordsOf(proof) : 'Nothing yet. Press a button.');
  tell(proof);
  list(find('[data-proofs]'), 'li', proofs.slice(0, -1).reverse(), (item, earlier) => {
    set(item, { 'data-proof-id': earlier.id, 'data-promised': earlier.isPromised });
    list(item, 'span', [wordsOf(earlier), `${span(nowMs - earlier.atMs)} ago`], put);
  });
}

function tell(proof) {
  // What was there before the page is no news.
  const isNews = newest !== undefined && proof !== null && proof.id !== newest?.id;
  newest = proof;
  if (!isNews) return;
  announce(proof);
  setTimeout(() => {
    if (newest?.id === proof.id && newest.text !== proof.text) announce(newest);
  }, SETTLED_MS);
}

/** The words are new even where they are those of the proof before: what has not changed is not read out. */
const announce = (proof) => find('[data-announcement]').replaceChildren(wordsOf(proof));

const wordsOf = ({ text, isPromised }) => (isPromised ? text : `Not as promised: ${text}`);
