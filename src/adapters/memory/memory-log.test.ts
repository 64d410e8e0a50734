import { testLog } from '../../conformance/log.ts';
import { memory } from './memory-store.ts';

testLog('memory', {
  async open() {
    const store = memory();
    return { store, crash: (context) => store.crash(context), close: async () => {} };
  },
});
