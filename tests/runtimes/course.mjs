// What a soak was like from beginning to end: requests by the stretch of time, phases, grants, and the memory of workerd.
import { readFileSync } from 'node:fs';

/** Shorter stretches would show how requests fall into them, and little else. */
const STRETCH_SECONDS = 5;

export function startCourse() {
  const begun = Date.now();
  const passed = () => (Date.now() - begun) / 1000;
  const stores = {};
  const memory = [];
  const sample = () => memory.push([Math.round(passed()), workerdMiB()]);
  const sampling = setInterval(sample, STRETCH_SECONDS * 1000);
  return {
    /** Counts what is asked of the fleet by a store: `request`, as the fleet has it, and `phase`, which names what begins. */
    of(fleet, store, waited) {
      const own = { requests: [], failed: [], waited: [], phases: [], grants: [] };
      stores[store] = own;
      const count = (list, at) => (list[Math.floor(at / STRETCH_SECONDS)] = (list[Math.floor(at / STRETCH_SECONDS)] ?? 0) + 1);
      return {
        async request(member, message) {
          const at = passed();
          const answer = await fleet.request(member, message);
          count(own.requests, at);
          if (answer.status !== 200) count(own.failed, at);
          if (waited(answer)) count(own.waited, at);
          return answer;
        },
        phase(name) {
          own.phases.push({ name, from: Math.round(passed()) });
        },
        granted(requests) {
          own.grants = requests.map(({ atMs }) => Math.round((atMs - begun) / 1000));
        },
      };
    },
    /** Ends it. Where nothing was counted there is a 0. */
    end() {
      clearInterval(sampling);
      const seconds = Math.ceil(passed());
      const stretches = Array.from({ length: Math.ceil(seconds / STRETCH_SECONDS) });
      for (const own of Object.values(stores)) {
        for (const key of ['requests', 'failed', 'waited']) own[key] = Array.from(stretches, (_, index) => own[key][index] ?? 0);
      }
      return { measured: new Date(begun).toISOString().slice(0, 10), seconds, stretchSeconds: STRETCH_SECONDS, stores, memory };
    },
  };
}

/** Of all that this process has started; `null` where the system does not say. */
function workerdMiB() {
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const statuses = children.map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8')).filter((status) => /^Name:\s+workerd/m.test(status));
    return Math.round(statuses.reduce((sum, status) => sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]), 0) / 1024);
  } catch {
    return null;
  }
}
