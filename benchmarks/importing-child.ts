/**
 * Runs the contexts that take in what the benchmark `import` brings, until its parent goes. It tells
 * its parent when it runs and, each time it is asked, when all that came was handled.
 *
 *     fork('importing-child.ts', [DIRECTORY])
 */
import { run, silent } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { counted, importContexts } from './import-contexts.ts';

const [directory = ''] = process.argv.slice(2);
const app = await run(importContexts, { store: sqlite(directory), logger: silent });
process.on('message', () => {
  void app.settled({ timeoutMs: 3_600_000 }).then(() => process.send?.(counted.messages));
});
process.once('disconnect', () => void app.stop());
process.send?.('running');
