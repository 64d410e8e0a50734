import { testBackbone } from '../../conformance/backbone.ts';
import type { BackboneSubject } from '../../conformance/backbone/backbone-subject.ts';
import type { DecideFault } from './memory-faults.ts';
import { type MemoryBackboneOptions, memoryBackbone } from './memory-backbone.ts';
import { memory } from './memory-store.ts';

const BYTES_MAX = 1_048_576;

function subject(options: MemoryBackboneOptions): BackboneSubject {
  let losesAnswers = false;
  const happens: DecideFault = (fault) =>
    fault === 'loseConfirmation' && losesAnswers ? 0 : undefined;
  const backbone = memoryBackbone({ ...options, happens });
  return {
    backbone,
    store: memory(),
    ...(options.bytesMax === undefined ? {} : { bytesMax: options.bytesMax }),
    cut: () => backbone.cut(),
    loseAnswers: {
      begin: () => void (losesAnswers = true),
      end: () => void (losesAnswers = false),
    },
    outage: { begin: () => backbone.switchOff(), end: () => backbone.switchOn() },
    close: async () => {},
  };
}

testBackbone('memory', { open: async () => subject({ bytesMax: BYTES_MAX }) });

testBackbone('memory, in any order', { open: async () => subject({ order: 'none' }) });

testBackbone('memory, without replay', {
  open: async () => subject({ replay: false, bytesMax: BYTES_MAX }),
});
