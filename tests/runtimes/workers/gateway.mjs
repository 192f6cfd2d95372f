// A Worker that another one reaches by a service binding: it passes requests on, and signs them.
export default {
  fetch(request) {
    const passed = new Request(request);
    passed.headers.set('x-gateway', 'passed');
    return fetch(passed);
  },
};
