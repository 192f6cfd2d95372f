// The documents of the package: those of the repository, whose links lead to what is there for who has only the package.
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The pages of docs, in the order of their names. */
export function pagesOf(root) {
  return readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).toSorted().map((file) => `docs/${file}`);
}

/** By their paths in the package. */
export function documentsOf(root, { description, repository }) {
  const pages = pagesOf(root);
  const paths = ['README.md', 'SECURITY.md', ...pages];
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const documents = new Map(paths.map((path) => [path, relinked(read(path), path, { shipped: paths, repository })]));
  const readme = relinked(read('README.md'), 'llms.txt', { shipped: paths, repository });
  documents.set('llms.txt', mapOf({ description, readme, pages: pages.map((path) => [path, read(path)]) }));
  return documents;
}

/**
 * A document whose links and images in the repository are whole URLs; where nobody knows the repository's, only what they say is left.
 * What is `shipped` too is linked as it is, but from README.md: npm shows that alone.
 */
export function relinked(markdown, path, { shipped, repository }) {
  return markdown.replaceAll(/^```.*?^```$|`(?:[^`\n]|\n(?!\n))*`|(!?)\[([^\]]*)\]\(([^()\s]+)\)/gms, (written, mark, text, link) => {
    if (link === undefined || link.startsWith('#') || /^[a-z]+:/.test(link)) return written;
    const [file, anchor] = posix.join(posix.dirname(path), link).split('#');
    if (shipped.includes(file) && !(repository && path === 'README.md')) return written;
    if (!repository) return text;
    return mark ? `![${text}](${imageIn(repository, file)})` : `[${text}](${repository}/blob/HEAD/${file}${anchor ? `#${anchor}` : ''})`;
  });
}

/** GitHub says that a drawing is an image only if it may clean it. */
function imageIn(repository, file) {
  return `${repository}/raw/HEAD/${file}${file.endsWith('.svg') ? '?sanitize=true' : ''}`;
}

/** llms.txt: the way to begin, the page for each task, and all pages. */
function mapOf({ description, readme, pages }) {
  const section = (title) => readme.match(new RegExp(`^## ${title}\\n.*?(?=^## )`, 'ms'))[0].trim();
  const titleOf = (markdown) => markdown.match(/^# (.+)$/m)[1];
  return [
    `# edge-oauth2\n\n> ${description}`,
    section('Start'),
    section('What do you want to do'),
    '## Types\n\nEvery option, with its default: entries/index.d.ts. Callers of an API: entries/inbound.d.ts.',
    `## Pages\n\n${pages.map(([path, markdown]) => `- [${titleOf(markdown)}](${path})`).join('\n')}\n`,
  ].join('\n\n');
}
