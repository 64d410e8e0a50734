import type { Canary } from '../canary.ts';

/** A message that comes again is taken for another one. */
export const canary: Canary = {
  name: 'intake without dedupe',
  simulation: 'charging',
  within: 100,
  breaks: [
    {
      file: 'src/backbone/admission.ts',
      from: `    id: envelope.id,
    direction: 'incoming',`,
      to: `    id: (envelope = { ...envelope, id: \`\${envelope.id} \${(taken += 1)}\` }).id,
    direction: 'incoming',`,
    },
    {
      file: 'src/backbone/admission.ts',
      from: 'export type IncomingRecord',
      to: 'let taken = 0;\nexport type IncomingRecord',
    },
  ],
};
