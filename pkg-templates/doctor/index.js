// What is wrong with a configuration, found out by asking.
export { doctor } from './doctor.js';
export { describe } from './report.js';
