/**
 * A process that runs the context which hears the bells, and tells when it does.
 *
 *     node hearing-child.ts nats|rabbitmq|kafka URL PREFIX DIRECTORY
 */
import { run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { machineMs, tell, tellRunning } from '../other-process.ts';
import { brokers } from './brokers.ts';
import { bellsAndEars } from './contexts.ts';

const [name, url = '', prefix = '', directory = ''] = process.argv.slice(2);
const broker = brokers.find((each) => each.name === name);
if (broker === undefined) throw new Error(`There is no broker "${name}".`);

const { bells, ears } = bellsAndEars(({ data: { ring } }) => tell({ ring, atMs: machineMs() }));
await run([bells, ears], {
  store: sqlite(directory),
  backbone: broker.backbone(url, prefix),
  only: ['ears'],
});
tellRunning();
