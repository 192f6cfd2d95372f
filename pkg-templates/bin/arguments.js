// What the command is asked for.

import { parseArgs } from 'node:util';
import { nearest } from '../face/option-names.js';
import { Problem } from './problem.js';

export const USAGE = `Usage: edge-oauth2 doctor CONFIG [--path PATH] [--env FILE] [--json]

Tries out the options of a client, asks the servers, and says what is wrong and what to change.

  CONFIG            a JSON file of the options, where "\${NAME}" is the variable NAME of the environment;
                    or a module whose default export is the options, or a function of the environment
  --path PATH       requests this path of the API too
  --env FILE        takes variables that the environment does not have from this file, such as .dev.vars
  --json            prints the diagnosis as JSON
  --help, --version

Exit code: 0 where all works (there may be warnings), 1 where something does not, 2 where the command was
called wrongly or the configuration cannot be read.
`;

/** None is called `--env-file`: Node.js takes that one for its own, wherever it stands. */
const FLAGS = {
  path: { type: 'string' },
  env: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
};
const COMMAND = 'doctor';

/** Reads the words after the command's name. */
export function readArguments(words) {
  const { values, positionals, tokens } = parseArgs({ args: words, options: FLAGS, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) if (token.kind === 'option') checkFlag(token);
  if (values.help || values.version) return values;
  const [command, config, ...rest] = positionals;
  if (command !== COMMAND) throw wrong(commandProblem(command));
  if (config === undefined) throw wrong(`which configuration? edge-oauth2 ${COMMAND} config.json`);
  if (rest.length > 0) throw wrong(`takes one configuration, and not ${rest.length + 1}`);
  return { ...values, config };
}

function checkFlag({ name, rawName, value }) {
  if (!Object.hasOwn(FLAGS, name)) {
    const meant = nearest(name, Object.keys(FLAGS));
    throw wrong(`${rawName} is not a flag; ${meant ? `did you mean --${meant}?` : `there are --${Object.keys(FLAGS).join(', --')}`}`);
  }
  const wantsValue = FLAGS[name].type === 'string';
  if (wantsValue && !value) throw wrong(`${rawName} wants a value`);
  if (!wantsValue && value !== undefined) throw wrong(`${rawName} takes no value`);
  // Git Bash makes a path of Windows' of what begins with a slash.
  if (name === 'path' && /^[A-Za-z]:[\\/]/.test(value)) throw wrong(`${rawName} is a path of the API's, not of a file: leave its first slash out`);
}

function commandProblem(command) {
  if (command === undefined) return `which command? edge-oauth2 ${COMMAND} config.json`;
  const isFile = /[./\\]/.test(command);
  if (isFile) return `there is no command of that name; did you mean edge-oauth2 ${COMMAND} ${command}?`;
  return `${command} is not a command${nearest(command, [COMMAND]) ? `; did you mean ${COMMAND}?` : `; there is ${COMMAND}`}`;
}

const wrong = (message) => new Problem('wrong_usage', `${message} (more: edge-oauth2 --help)`);
