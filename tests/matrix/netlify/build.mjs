// As `netlify build` bundles edge functions, into the format that can be taken apart.
import { join } from 'node:path';
import { bundle } from '@netlify/edge-bundler';

const basePath = import.meta.dirname;
const featureFlags = { edge_bundler_generate_tarball: true };
await bundle([join(basePath, 'netlify/edge-functions')], join(basePath, 'dist'), [], { basePath, featureFlags });
