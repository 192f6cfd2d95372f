// The examination: step by step, as a program's first request goes.

import { OAuth2Client } from 'edge-oauth2';
import { isOurs } from '../face/error.js';
import { ofApi } from './api.js';
import { ofPadding } from './client-authentication.js';
import { aheadMs, clockFinding } from './clock.js';
import { Diagnosis } from './diagnosis.js';
import { Observer } from './observer.js';
import { explained, ofOption } from './refusals.js';
import { Secrets } from './secrets.js';
import { checkStore } from './store.js';
import { oddities } from './tokens.js';
import { Trial } from './trial.js';

const NOT_SPENT = 'the server does not refuse the client; what the grant begins with was not spent';

/** How often a way that was found may lead to the next obstacle. */
const MAX_OBSTACLES = 5;

/** What is wrong with a client of these `options`, and what to change. */
export async function doctor(options, { path, signal, ...unknown } = {}) {
  const [misspelt] = Object.keys(unknown);
  if (misspelt !== undefined) throw new TypeError(`doctor has no check ${misspelt}: there are path and signal`);
  signal?.throwIfAborted();
  const diagnosis = new Diagnosis();
  if (!isConfigured(options, diagnosis)) {
    for (const name of ['discovery', 'token', 'store', 'api']) diagnosis.skip(name, 'the options cannot be used');
    return diagnosis.toJSON();
  }
  const secrets = new Secrets(options);
  const observer = new Observer(options.fetch, secrets);
  const trial = new Trial(options, observer, secrets, signal);
  const outcome = await granted(trial, diagnosis);
  tellSteps(diagnosis, options, observer, outcome);
  await examineStore(diagnosis, options);
  if (path === undefined) diagnosis.skip('api', 'no path was given');
  else if (outcome.token) await examineApi(trial, diagnosis, outcome.token, path);
  else diagnosis.skip('api', 'there is no token to ask it with');
  return diagnosis.toJSON();
}

/** Whether the options are such that a client can be made of them. */
function isConfigured(options, diagnosis) {
  const began = Date.now();
  try {
    new OAuth2Client(options);
  } catch (error) {
    if (!isOurs(error)) throw error;
    diagnosis.add(ofPadding(error, options) ?? ofOption(error));
  }
  diagnosis.step('configuration', diagnosis.hasError() ? 'failed' : 'passed', Date.now() - began);
  return !diagnosis.hasError();
}

/** What asking for a token comes to. Where something is in the way, and a way around it was found, it is gone on from there. */
async function granted(trial, diagnosis) {
  let outcome = await trial.first();
  for (let obstacles = 0; !isGranted(outcome) && obstacles < MAX_OBSTACLES; obstacles += 1) {
    const { found, changes, next } = await explained(trial, outcome);
    diagnosis.add(...[found].flat());
    const following = next ?? (changes && (await trial.again(changes)));
    if (!following) break;
    trial.options = following.options;
    outcome = following;
  }
  if (outcome.token) diagnosis.add(...oddities(outcome.token, trial.options, trial.secrets));
  const clock = clockFinding(aheadMs(trial.observer.of('token')));
  if (clock && !diagnosis.hasError('clock')) diagnosis.add(clock);
  return outcome;
}

const isGranted = ({ token, isLetIn }) => Boolean(token || isLetIn);

function tellSteps(diagnosis, { issuer, tokenUrl }, observer, outcome) {
  // What is given but undefined is told by the first call that needs it.
  if (diagnosis.hasError('configuration')) diagnosis.steps[0].outcome = 'failed';
  const isDiscovered = issuer !== undefined && tokenUrl === undefined;
  if (isDiscovered) diagnosis.step('discovery', diagnosis.hasError('discovery') ? 'failed' : 'passed', observer.durationMs('discovery'));
  else diagnosis.skip('discovery', 'tokenUrl is given');
  const isBad = diagnosis.hasError('token', 'clock');
  if (!isGranted(outcome) && !isBad) return diagnosis.skip('token', 'nobody was asked');
  const isGood = isGranted(outcome) && !isBad;
  diagnosis.step('token', isGood ? 'passed' : 'failed', observer.durationMs('token'), outcome.isLetIn ? NOT_SPENT : undefined);
}

async function examineStore(diagnosis, options) {
  const { store } = options;
  if (store === undefined || store === null) return diagnosis.skip('store', 'no store is given');
  const { findings, step } = await checkStore(store, options);
  diagnosis.add(...findings);
  diagnosis.steps.push(step);
}

async function examineApi(trial, diagnosis, token, path) {
  const { observer } = trial;
  const result = await trial.request(token, path);
  const found = await ofApi(trial, token, result, observer.of('api'));
  if (found) diagnosis.add(found);
  diagnosis.step('api', found && found.severity === 'error' ? 'failed' : 'passed', observer.durationMs('api'));
}
