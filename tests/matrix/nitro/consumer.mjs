import { presetCells } from '../nitro.mjs';

export default {
  title: 'Nitro 2',
  packages: ['nitropack'],
  cells: presetCells(({ run }, preset) => run('nitropack', ['build', '--preset', preset]), 'NITRO'),
};
