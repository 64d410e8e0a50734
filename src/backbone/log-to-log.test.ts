import { memory } from '../adapters/memory/memory-store.ts';
import { testBackbone } from '../conformance/backbone.ts';
import { embedded } from './log-to-log.ts';

testBackbone('embedded, over logs in memory', {
  open: async () => ({ backbone: embedded(), store: memory(), close: async () => {} }),
});
