import { testBackbone } from '../../conformance/backbone.ts';
import type { BackboneSubject } from '../../conformance/backbone/backbone-subject.ts';
import { type MemoryBackboneOptions, memoryBackbone } from './memory-backbone.ts';
import { memory } from './memory-store.ts';

const BYTES_MAX = 1_048_576;

function subject(options: MemoryBackboneOptions): BackboneSubject {
  const backbone = memoryBackbone(options);
  return {
    backbone,
    store: memory(),
    ...(options.bytesMax === undefined ? {} : { bytesMax: options.bytesMax }),
    cut: () => backbone.cut(),
    outage: { begin: () => backbone.switchOff(), end: () => backbone.switchOn() },
    close: async () => {},
  };
}

testBackbone('memory', { open: async () => subject({ bytesMax: BYTES_MAX }) });

testBackbone('memory, in any order', { open: async () => subject({ order: 'none' }) });

testBackbone('memory, without replay', {
  open: async () => subject({ replay: false, bytesMax: BYTES_MAX }),
});
