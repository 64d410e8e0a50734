import type { Canary } from '../canary.ts';

/** Whoever was taken over may go on writing. */
export const canary: Canary = {
  name: 'a lease without fencing',
  simulation: 'charging',
  within: 400,
  breaks: [
    {
      file: 'src/adapters/memory/memory-write-set.ts',
      from: '  return contents.checkpoints.get(rangeOf(fence))?.epoch === fence.epoch;',
      to: '  return contents.checkpoints.has(rangeOf(fence));',
    },
  ],
};
