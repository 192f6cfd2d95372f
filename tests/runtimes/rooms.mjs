// What an entry of the package leaves out, and which tests of the contract need it: these must meet a refusal there, with
// a word on where that is.
import { ok } from './assert.mjs';
import { contract } from './contract.mjs';
import { leftOut } from './contract/left-out.mjs';

const AUTHORIZATION = 'authorization';
const REVOCATION = 'revocation';
const HELD_TOKENS = 'tokens that somebody holds';
const SIGNING = 'signing';
const DISCOVERY = 'discovery';

/** By entries, the rooms that they leave out, as their errors call them. */
export const leftOutOf = {
  'edge-oauth2': [],
  'edge-oauth2/m2m': [AUTHORIZATION, REVOCATION, HELD_TOKENS, SIGNING, DISCOVERY],
};

const all = () => true;
const these = (...titles) => (title) => titles.includes(title);
const allBut = (...titles) => (title) => !titles.includes(title);

/** The rooms that tests need, by group. */
const NEEDS = {
  'token endpoint': [[[HELD_TOKENS], these('numbers in a JSON body are sent as they are')]],
  separation: [
    [[DISCOVERY], these('what an issuer says by one fetch is not believed by another')],
    [[HELD_TOKENS], these('a text with half a character is refused, and named')],
  ],
  'client assertions': [
    [
      [SIGNING, DISCOVERY],
      these(
        'a server that insists on RFC 10070 takes them where the issuer is known',
        'a server that is older, and wants the token endpoint, takes them as well',
        'says what it is told to, and which certificate the key belongs to',
        'a secret that is too short to sign is refused, with what to do',
      ),
    ],
  ],
  grants: [
    [
      [SIGNING],
      these(
        'jwt_bearer: an assertion that is signed here',
        'jwt_bearer: what is not said is the client, to its token endpoint',
        'jwt_bearer: the same key may sign for the client too',
        'jwt_bearer: one that is signed for somebody else is refused',
        'jwt_bearer: the issuer is enough to say who asks',
        'private_key_jwt',
        'client_secret_jwt',
      ),
    ],
  ],
  authorization: [[[AUTHORIZATION, DISCOVERY], all]],
  'hooks of an authorization': [[[AUTHORIZATION], all]],
  discovery: [[[DISCOVERY], all]],
  revocation: [[[REVOCATION, DISCOVERY], all]],
  options: [
    [
      [HELD_TOKENS],
      these('a stored token that is none is named', 'a wrong parameter of a refresh is named', 'a wrong window of an expiry is named'),
    ],
  ],
  hooks: [[[SIGNING], these('that does not depend on how the client proves who it is')]],
  strangers: [[[HELD_TOKENS], these('what a token came with cannot be changed, at any depth')]],
  'token object': [
    [[HELD_TOKENS], allBut('has data members only, and is the same each time', 'that was given as a text is a hook’s to renew too')],
  ],
  lives: [
    [
      [HELD_TOKENS],
      these(
        'a stored token read in the global scope is good from its first use on',
        'its Token too',
        'a stored token that is almost over is not handed out',
      ),
    ],
  ],
  'options of a call': [[[HELD_TOKENS], these('forceRefresh renews that token')]],
};

/** The contract of an entry. */
export function contractOf(entry) {
  if (leftOutOf[entry].length === 0) return contract;
  const groups = Object.entries(contract).map(([group, tests]) => {
    const own = Object.entries(tests).map(([title, run]) => {
      const [rooms] = (NEEDS[group] ?? []).find(([, concerns]) => concerns(title)) ?? [];
      const isWhole = rooms === undefined || !rooms.some((room) => leftOutOf[entry].includes(room));
      return isWhole ? [title, run] : [`left out: ${title}`, refused(run, entry, rooms)];
    });
    return [group, Object.fromEntries(own)];
  });
  return { ...Object.fromEntries(groups), 'what is left out': leftOut };
}

/** A test in whose place the entry refuses one of the rooms that it needs. */
function refused(run, entry, rooms) {
  return async (scene) => {
    const failure = await (async () => run(scene))().then(() => undefined, ({ message }) => message);
    const words = rooms.map((room) => refusal(entry, room));
    ok(words.some((word) => failure?.includes(word)), `expected ${words.join(' or ')}, found ${failure}`);
  };
}

/** What is said of what `entry` leaves out. */
export function refusal(entry, room) {
  return `needs the entry 'edge-oauth2': '${entry}' leaves ${room} out`;
}
