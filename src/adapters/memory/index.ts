export { memory, type MemoryOptions, type MemoryStore } from './memory-store.ts';
export {
  memoryBackbone,
  type MemoryBackbone,
  type MemoryBackboneOptions,
} from './memory-backbone.ts';
export type { MemoryFaults } from './memory-faults.ts';
