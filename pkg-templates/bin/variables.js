// Variables of the environment in the place of what is not to stand in a file.

import { parseEnv } from 'node:util';
import { Problem } from './problem.js';
import { textOf } from './text-file.js';
import { warning } from './warning.js';

const PLACEHOLDER = /\$\{([A-Za-z_]\w*)\}/g;

/** Options, and members of them, that are secrets, by the path that leads to them. */
const SECRET = /^(?!tokenMapping\.).*(?:secret|password|assertion|token|authorization|api.?key|sealKey|SealKeys\.\d+|privateKey\.key(?:\.d)?)$/i;

/** A variable as shells and programs name it. */
const NAMED_OTHERWISE = /^(?:\$|%|(?:process\.)?env\.)([A-Za-z_]\w*)%?$/;

/** An assignment without quotes whose value goes on after a `#`, and is read up to there. */
const CUT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*[^\s"'`#][^\n#]*(?<=\S)#/gm;

/** Adds to `env` what it lacks of the variables in `file`; gives warnings. */
export function addFromFile(env, file) {
  let text;
  try {
    text = textOf(file);
  } catch (error) {
    throw new Problem('env_unreadable', `${file} of --env cannot be read (${error.code})`);
  }
  for (const [name, value] of Object.entries(parseEnv(text))) env[name] ??= value;
  return Array.from(text.matchAll(CUT), ([, name]) => cut(name, file));
}

/** The options that `written` stands for, each `${NAME}` in a text being the variable of that name; and warnings. */
export function filled(written, file, env) {
  const missing = new Set();
  const findings = [];
  const fill = (value, path) => {
    if (Array.isArray(value)) return value.map((item, index) => fill(item, `${path}.${index}`));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, path ? `${path}.${name}` : name)]));
    }
    return typeof value === 'string' ? fillText(value, path) : value;
  };
  const fillText = (text, path) => {
    const rest = text.replaceAll(PLACEHOLDER, '');
    const [, meant] = NAMED_OTHERWISE.exec(text) ?? [];
    const isMisspelt = rest.includes('${') || (meant && env[meant] !== undefined);
    if (isMisspelt) throw new Problem('wrong_placeholder', `${file}: ${path} names a variable in another way than "\${NAME}"`);
    const value = text.replaceAll(PLACEHOLDER, (_, name) => {
      if (!env[name]) missing.add(`${name} (${path})`);
      return env[name];
    });
    if (rest === text && text !== '' && SECRET.test(path)) findings.push(inFile(path, file));
    return value;
  };
  const options = fill(written, '');
  if (missing.size > 0) throw new Problem('variable_not_set', notSet(file, [...missing]));
  return { options, findings };
}

function notSet(file, missing) {
  const what = missing.length === 1 ? 'a variable that is not set, or is empty' : 'variables that are not set, or are empty';
  return `${file} names ${what}: ${missing.join(', ')}. Set what is missing, or name a file that has it: --env .dev.vars`;
}

function cut(name, file) {
  const message = `${name} in ${file} has a # in it, and is read up to there, as dotenv and Wrangler do`;
  return warning('variable_cut', message, `Put the value of ${name} in quotes.`);
}

const optionOf = (path) => path.split('.')[0];

function inFile(path, file) {
  const message = `${path} stands in ${file}, where whoever sees the file reads it`;
  return warning('secret_in_file', message, 'Write "${NAME}" in its place, and set the variable NAME.', optionOf(path));
}
