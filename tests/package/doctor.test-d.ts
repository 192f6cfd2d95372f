// Compiled, not run: what a configuration is examined with.
import { describe, doctor, type Diagnosis, type Finding } from 'edge-oauth2/doctor';

const options = { tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret: 'my secret' };
const diagnosis: Diagnosis = await doctor(options, { path: '/hello', signal: AbortSignal.timeout(1000) });
const errors: readonly Finding[] = diagnosis.findings.filter(({ severity }) => severity === 'error');
const texts: readonly (string | undefined)[] = errors.flatMap(({ code, message, said, advice, option }) => [code, message, said, advice, option]);
const slow: boolean = diagnosis.steps.some(({ name, outcome, durationMs }) => name === 'token' && outcome === 'passed' && durationMs > 1000);
console.log(describe(diagnosis), texts, slow, (await doctor(options)).ok);

// @ts-expect-error: misspelt
await doctor(options, { paht: '/hello' });
// @ts-expect-error: no such part
errors.filter(({ part }) => part === 'tokens');
