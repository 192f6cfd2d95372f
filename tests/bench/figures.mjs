// What is measured. Each figure takes a contender and gives numbers by name; the bench repeats and compares them.
import { startWorkerd } from './workerd.mjs';

/** A new process: from its start to the first authorised answer. */
export async function cold({ modules, bindings }) {
  const workerd = await startWorkerd(modules, bindings);
  try {
    await authorised(workerd);
    return { 'cold start, ms': performance.now() - workerd.begun, 'cold start, CPU ms': await workerd.cpuMs() };
  } finally {
    await workerd.close();
  }
}

/** New isolates in a running process: what each takes to load, and until its first authorised answer. */
export async function isolates({ modules, bindings }, { copies }) {
  const alone = await startWorkerd(modules, bindings);
  await alone.close();
  const figures = {};
  for (const [name, isDistinct] of [['new isolate', true], ['new isolate, bytes known to V8', false]]) {
    const workerd = await startWorkerd(isDistinct ? distinct(modules) : modules, bindings, copies);
    try {
      const loadMs = (workerd.readyMs - alone.readyMs) / (copies - 1);
      const begun = performance.now();
      for (let copy = 0; copy < copies; copy++) await authorised(workerd, copy);
      const answerMs = (performance.now() - begun) / copies;
      Object.assign(figures, { [`${name}: load, ms`]: loadMs, [`${name}: first answer, ms`]: answerMs, [`${name}, ms`]: loadMs + answerMs });
    } finally {
      await workerd.close();
    }
  }
  return figures;

  /** V8 compiles equal bytes once in a process: each copy gets a custom section of its own. */
  function distinct(modules) {
    return (copy) => modules.map((module) => (module.name.endsWith('.wasm') ? { ...module, contents: marked(module.contents, copy) } : module));
  }
}

function marked(wasm, copy) {
  const name = Buffer.from(`copy-${String(copy).padStart(3, '0')}`);
  return Buffer.concat([wasm, Buffer.from([0, name.length + 1, name.length]), name]);
}

/** An authorised proxy under load: CPU a request. */
export async function proxy({ workerd }, { requests }) {
  const figures = {};
  for (const connections of [1, 32]) {
    const before = await workerd.cpuMs();
    let left = requests;
    const times = [];
    const client = async () => {
      while (left-- > 0) {
        const begun = performance.now();
        await authorised(workerd);
        times.push(performance.now() - begun);
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    figures[`proxy at ${connections}, CPU µs`] = ((await workerd.cpuMs()) - before) / requests * 1000;
    figures[`proxy at ${connections}, median ms`] = times.sort((left, right) => left - right)[times.length >> 1];
  }
  return figures;
}

/** A token that is there. Only a cache that is not the client's own is there for a client made in every request. */
export async function hits({ name, workerd }, { count }) {
  const figures = {};
  for (const way of ['getToken', 'authorizationHeader', ...(name.startsWith('edge-oauth2') ? ['per-request'] : [])]) {
    const begun = performance.now();
    await done(workerd, `/hits?way=${way}&count=${count}`);
    figures[`hit, ${way}, ns`] = ((performance.now() - begun) / count) * 1e6;
  }
  return figures;
}

/** Tokens of several tenants, asked for in turn. */
export async function identities({ modules, bindings }, { hits }) {
  const figures = {};
  for (const [size, count] of Object.entries(hits)) {
    const workerd = await startWorkerd(modules, bindings);
    try {
      await done(workerd, `/identities?identities=${size}&count=${size}`);
      figures[`${size} identities, MiB`] = await workerd.memoryMiB();
      const begun = performance.now();
      await done(workerd, `/identities?identities=${size}&count=${count}`);
      figures[`${size} identities, hit, ns`] = ((performance.now() - begun) / count) * 1e6;
    } finally {
      await workerd.close();
    }
  }
  return figures;
}

/** What many hits leave behind. */
export async function memory({ modules, bindings }, { count }) {
  const workerd = await startWorkerd(modules, bindings);
  try {
    await authorised(workerd);
    for (let part = 0; part < 10; part++) await done(workerd, `/hits?way=getToken&count=${count / 10}`);
    return { [`memory after ${count} hits, MiB`]: await workerd.memoryMiB() };
  } finally {
    await workerd.close();
  }
}

/** Many requests to an isolate that has no token yet. */
export async function herd({ modules, bindings, grants }) {
  const workerd = await startWorkerd(modules, bindings);
  try {
    grants();
    const answers = await Promise.all(Array.from({ length: 50 }, () => workerd.get('/api').then(({ status }) => status, () => 0)));
    return { 'herd of 50: grants': grants(), 'herd of 50: failed': answers.filter((status) => status !== 200).length };
  } finally {
    await workerd.close();
  }
}

/** Tokens of callers: one that is known, and one after the other that are not. */
export async function checks({ name, workerd }, { count, tokens }) {
  const figures = {};
  const timed = async (figure, path, times) => {
    const [begun, before] = [performance.now(), await workerd.cpuMs()];
    await done(workerd, path);
    Object.assign(figures, {
      [`${figure}, µs`]: ((performance.now() - begun) / times) * 1000,
      [`${figure}, CPU µs`]: (((await workerd.cpuMs()) - before) / times) * 1000,
    });
  };
  if (name !== 'jose') {
    await done(workerd, '/cached?way=introspected&count=1');
    await timed('cached introspection', `/cached?way=introspected&count=${count}`, count);
  }
  await done(workerd, '/cached?way=verified&count=1');
  // Who has no cache for them checks each again.
  await timed('cached JWT', `/cached?way=verified&count=${name === 'jose' ? tokens : count}`, name === 'jose' ? tokens : count);
  await done(workerd, `/tokens?count=${tokens}`);
  await timed('new JWT', `/new?way=verified&count=${tokens}`, tokens);
  return figures;
}

/** A new process: from its start to the first JWT that is checked. */
export async function coldCheck({ modules, bindings }) {
  const workerd = await startWorkerd(modules, bindings);
  try {
    await done(workerd, '/check?way=verified');
    return { 'cold start to a checked JWT, ms': performance.now() - workerd.begun, 'cold start to a checked JWT, CPU ms': await workerd.cpuMs() };
  } finally {
    await workerd.close();
  }
}

/** What tokens that somebody made up leave behind. */
export async function flood({ name, modules, bindings }, { count }) {
  if (name === 'jose') return {};
  const workerd = await startWorkerd(modules, bindings);
  const figures = {};
  try {
    for (let part = 1; part <= 10; part++) {
      await done(workerd, `/flood?count=${count / 10}`);
      if ([2, 5, 10].includes(part)) figures[`memory after ${(count / 10) * part} made-up tokens, MiB`] = await workerd.memoryMiB();
    }
    return figures;
  } finally {
    await workerd.close();
  }
}

async function authorised(workerd, copy) {
  const { status, body } = await workerd.get('/api', copy);
  if (status !== 200) throw new Error(`the Worker answered ${status}: ${body.slice(0, 300)}`);
}

async function done(workerd, path) {
  const { status, body } = await workerd.get(path);
  if (status !== 200 || body !== 'done') throw new Error(`the Worker answered ${status}: ${body.slice(0, 300)}`);
}
