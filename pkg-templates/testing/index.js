// What tests of programs that use this package are written with, in whichever runner.
export { Clock } from './clock.js';
export { FakeAuthorizationServer } from './authorization-server.js';
export { resetMemory } from './memory.js';
