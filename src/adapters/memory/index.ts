export { memory, type MemoryOptions, type MemoryStore } from './memory-store.ts';
