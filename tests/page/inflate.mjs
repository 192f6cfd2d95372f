// Inflates archives of the npm package's Chromium into a folder: `node tests/page/inflate.mjs FOLDER ARCHIVE…`.
// A process of its own, because the package inflates into the temporary folder of its process.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, ...archives] = process.argv.slice(2);
process.env.TMPDIR = folder;
const { inflate } = await import('@sparticuz/chromium');
const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin');
await Promise.all(archives.map((archive) => inflate(join(bin, archive))));
