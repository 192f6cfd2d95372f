// package.json: what is written by hand, and what the crate says about itself.
import { execFileSync } from 'node:child_process';

/** What cargo knows of the crate in `root`. */
export function crateOf(root) {
  const json = execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], { cwd: root });
  return JSON.parse(json).packages.find(({ name }) => name === 'edge-oauth2');
}

/** The manifest of the package. Where the repository is known, whoever has the package finds it, and where to tell of a bug. */
export function manifestOf({ name, version, description, license, repository, keywords }, template) {
  const home = repository && {
    repository: { type: 'git', url: `git+${repository}.git` },
    homepage: `${repository}#readme`,
    bugs: { url: `${repository}/issues` },
  };
  return { name, version, description, license, ...home, keywords, ...template };
}
