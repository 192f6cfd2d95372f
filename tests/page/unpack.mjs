// Unpacks the npm package's Chromium, its libraries and its fonts: `node tests/page/unpack.mjs FOLDER`.
// A process of its own, because the package unpacks into the temporary folder of its process.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ARCHIVES = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br'];

process.env.TMPDIR = process.argv[2];
const { inflate } = await import('@sparticuz/chromium');
const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin');
await Promise.all(ARCHIVES.map((archive) => inflate(join(bin, archive))));
