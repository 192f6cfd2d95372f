// The sections of a report that say what a store makes of a fleet, drawn of what was simulated, with the limits of arithmetic.
import { shown } from '../numbers.mjs';
import { summary } from '../statistics.mjs';
import { linePlot } from './plot.mjs';
import { STEPS } from './simulated.mjs';
import { STORE_LINES } from './store-lines.mjs';

const ISOLATES = { label: 'isolates', scale: 'log' };
/** What Cloudflare says one Durable Object serves. */
const OBJECT_PER_SECOND = 1_000;

const WORLD = `On a virtual clock the library's own code runs in isolates at 30 places; the stores and the token server are simulated. An isolate
lives 1 to 30 minutes and is asked every ten seconds on average; the server answers in 50 to 500 ms. A seed repeats a world exactly; where
there are several seeds the line is their median. [What each store promises](sharing.md).`;

const GRANTS = `How many grants an hour a fleet makes once it is warm, by each kind of store, at each size. The dashed lines are arithmetic:

- **One per life.** A token ends after its life L, so whoever is always asked needs 3,600 / L grants an hour, in seconds. Tokens are renewed
  when three quarters of their life are over, so that the best there is lies a third above.
- **Each place alone.** KV shows a write elsewhere after up to a minute, and the isolates of one place share Cloudflare's cache: at worst each
  of the 30 places renews for itself.
- **Each isolate alone.** Without a store each isolate obtains a token when it starts, and again whenever it outlives one: 3.9 grants an hour
  of an isolate that lives 15.5 minutes on average.
- **One per request.** Nothing is kept at all.

The Durable Object keeps close to the lower limit at every size. **KV loses where tokens are short:** with an hour it needs little more than
one grant for each life; with five minutes a place sees too late what others renewed, and nearly each renews for itself. As some of a fleet
must renew early for the others to see it in time, a fleet of one isolate makes more grants with KV than it would alone.`;

const WAITS = `How long a request waits that finds no usable token in its isolate: the first of each isolate, about one request in a hundred.
Without a store that is a grant. With KV it is a read, which takes up to 200 ms where nobody has read at that place for a minute; so it is quick
in large fleets, and in small ones **slower than the Durable Object**, which is up to 80 ms away for everybody. Nobody waits for a renewal: that
happens beside requests.`;

const COLD = `All isolates begin within the same second, without a token: a deployment, at its worst. Without a store each makes its grant. With
KV each place makes one. With a Durable Object there is one for all, **as long as the object keeps up**: it serves about
${shown(OBJECT_PER_SECOND)} requests a second, says Cloudflare, and here the rest stands in line. Who waits for longer than \`storeTimeoutMs\`
asks the server without it. So where more than some hundred isolates start within one second **the Durable Object loses**: it makes as many
grants as no store does, and they come later. KV does not.`;

const OUTAGE = `The token server is gone, from a moment that the seed chooses, for twice a token's life. The failed share is that of all
requests since then. The dashed lines are arithmetic:

- **Token just new.** It lasts its life: nobody with a store fails before, and everybody does after.
- **Token just due.** It has a quarter of its life left, less what is kept back for the way, and that is the least a fleet with a store has.
- **Isolates that lived.** Without a store what starts has nothing: no fewer requests fail than go to isolates that started since then.

**Here we lose** to whoever pauses after a failure: each request that finds no token tries again for a third of its \`timeoutMs\`, and no failure
that may pass is remembered. So the server hears more token requests than the fleet gets requests, all through the outage and at its end.
A server that says \`Retry-After\` is left alone.`;

/** `data` is what `simulate` of simulated.mjs brings. */
export function simulationSections({ fleets, outages }) {
  const lifetimes = [...new Set(fleets.map(({ lifeSeconds }) => lifeSeconds))];
  const lives = lifetimes.map((lifetime) => fleets.filter(({ lifeSeconds }) => lifeSeconds === lifetime));
  const [longest] = lives;
  const { command } = longest.at(-1);
  return [
    { id: 'fleet-grants', title: 'Fleets: grants an hour', text: `${WORLD}\n\n${GRANTS}`, plots: lives.map(grantsPlot), command },
    {
      id: 'fleet-waits',
      title: 'Fleets: who waits, and how long',
      text: WAITS,
      plots: waitPlots(longest),
      tables: [waitTable(longest.at(-1))],
      command,
    },
    { id: 'fleet-cold', title: 'Fleets: all cold at once', text: COLD, plots: coldPlots(longest), command },
    {
      id: 'fleet-outage',
      title: 'Fleets: the token server is gone',
      text: OUTAGE,
      plots: outages.flatMap(outagePlots),
      command: outages[0].command,
    },
  ];
}

function grantsPlot(fleets) {
  const limit = (name, key) => ({ name, points: fleets.map(({ isolates, limits }) => [isolates, limits[key]]) });
  return linePlot({
    title: `Grants an hour, tokens of ${lifeOf(fleets[0])}`,
    x: ISOLATES,
    y: { label: 'grants an hour', scale: 'log' },
    series: seriesOf(fleets, 'grantsPerHour'),
    limits: [
      { name: 'one per life', y: fleets[0].limits.onePerLife },
      limit('each place alone', 'onePerPlace'),
      limit('each isolate alone', 'onePerIsolate'),
      limit('one per request', 'onePerRequest'),
    ],
    note: `Seeds by size: ${fleets.map(({ seeds }) => seeds).join(', ')}.`,
  });
}

function waitPlots(fleets) {
  const [fastest, slowest] = fleets[0].limits.grantMs;
  const limits = [
    { name: 'fastest grant', y: fastest },
    { name: 'slowest grant', y: slowest },
  ];
  const plot = (title, key) => linePlot({ title, x: ISOLATES, y: { label: 'ms', scale: 'log' }, series: seriesOf(fleets, key), limits });
  return [plot('The wait of a new isolate, median', 'p50Ms'), plot('The wait of a new isolate, 99 of 100', 'p99Ms')];
}

function waitTable({ isolates, stores }) {
  const percent = (value) => `${shown(100 * value)} %`;
  const row = ([store, { waited, waitedForGrant, p50Ms, p99Ms }]) => [
    STORE_LINES[store].name,
    percent(summary(waited).median),
    percent(summary(waitedForGrant).median),
    `${shown(summary(p50Ms).median)} ms`,
    `${shown(summary(p99Ms).median)} ms`,
  ];
  return {
    head: [`${shown(isolates)} isolates, warm`, 'requests that wait', 'for a grant', 'median of those', '99 of 100'],
    rows: Object.entries(stores).map(row),
  };
}

function coldPlots(fleets) {
  const plot = (title, label, key, limits) => linePlot({ title, x: ISOLATES, y: { label, scale: 'log' }, series: seriesOf(fleets, key), limits });
  const withStore = fleets.map((fleet) => {
    const { none, ...stores } = fleet.stores;
    return { ...fleet, stores };
  });
  const peak = { title: 'Asked of the store in its busiest second', x: ISOLATES, y: { label: 'operations', scale: 'log' } };
  return [
    plot('Grants when all are cold at once', 'grants', 'herdGrants', [
      { name: 'one', y: 1 },
      { name: 'one per isolate', points: fleets.map(({ isolates }) => [isolates, isolates]) },
    ]),
    plot('The wait when all are cold at once, 99 of 100', 'ms', 'coldP99Ms', [{ name: 'slowest grant', y: fleets[0].limits.grantMs[1] }]),
    linePlot({ ...peak, series: seriesOf(withStore, 'storePeak'), limits: [{ name: 'one object serves', y: OBJECT_PER_SECOND }] }),
  ];
}

function outagePlots({ lifeSeconds, stores, limits, isolates, seeds }) {
  const title = (what) => `${what}, tokens of ${lifeOf({ lifeSeconds })}`;
  const lengths = Array.from({ length: 2 * STEPS }, (_, index) => (index + 1) / STEPS);
  const x = { label: 'length of the outage, in lives of a token', scale: 'linear' };
  const lines = (key, factor) => Object.entries(stores).map(([store, seen]) => ({
    ...STORE_LINES[store],
    points: lengths.map((at, index) => [at, ...spread(seen.map((world) => factor * world[key][index]))]),
  }));
  const lasting = (lives) => lengths.map((at) => [at, 100 * Math.max(0, 1 - lives / at)]);
  const note = `${shown(isolates)} isolates; ${shown(seeds)} seeds, each with a token of another age.`;
  return [
    linePlot({
      title: title('Failed in an outage'),
      x,
      y: { label: '% of all requests since it began', scale: 'linear' },
      series: lines('failedSoFar', 100),
      limits: [
        { name: 'token just new', points: lasting(1) },
        { name: 'token just due', points: lasting(limits.reserveSeconds / lifeSeconds) },
        { name: 'isolates that lived', points: lengths.map((at, index) => [at, 100 * limits.gone[index]]) },
      ],
      note,
    }),
    linePlot({
      title: title('Token requests in an outage'),
      x: { ...x, label: 'since the beginning, in lives of a token' },
      y: { label: 'for each request of the fleet', scale: 'linear' },
      series: lines('askedPerRequest', 1),
      limits: [{ name: 'each asks once', y: 1 }],
      note,
    }),
  ];
}

function seriesOf(fleets, key) {
  return Object.keys(fleets[0].stores).map((store) => ({
    ...STORE_LINES[store],
    points: fleets.map(({ isolates, stores }) => [isolates, ...spread(stores[store][key])]),
  }));
}

/** The median, and what is drawn around it where seeds differ. */
function spread(values) {
  const { median, least, most } = summary(values);
  return least === most ? [median] : [median, least, most];
}

function lifeOf({ lifeSeconds }) {
  return lifeSeconds === 3600 ? 'an hour' : `${shown(lifeSeconds / 60)} minutes`;
}
