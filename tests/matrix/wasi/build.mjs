// Makes of a component what JavaScript can run: node build.mjs <component.wasm>
import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';

const { files } = await transpile(process.argv[2], { name: 'component', outDir: 'out', instantiation: 'sync' });
await writeFiles(files);
