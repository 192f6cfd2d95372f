import { presetCells } from '../nitro.mjs';

export default {
  title: 'Nitro 2',
  packages: ['nitropack'],
  cells: presetCells({ build: ({ run }, preset) => run('nitropack', ['build', '--preset', preset]), prefix: 'NITRO' }),
};
