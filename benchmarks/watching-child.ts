/**
 * Runs an application with its console, until its parent goes. Told how many, it stamps so many tickets,
 * 64 at a time, and answers when all are counted: how many milliseconds that took.
 *
 *     fork('watching-child.ts', [DIRECTORY])
 */
import { run, silent } from 'thereupon';
import { serveConsole } from 'thereupon/console';
import { sqlite } from 'thereupon/sqlite';
import { ticket, watchedContexts } from './watched-contexts.ts';

const AT_A_TIME = 64;
const TICKETS = 1_000;

const [directory = ''] = process.argv.slice(2);
const app = await run(watchedContexts, { store: sqlite(directory), logger: silent });
const { url, close } = await serveConsole(app, { port: 0 });

process.on('message', (count: number) => void stampAll(count).then((ms) => process.send?.(ms)));
process.once('disconnect', () => void close().then(() => app.stop()));
process.send?.(url);

async function stampAll(count: number): Promise<number> {
  const beganMs = performance.now();
  let next = 0;
  const stampOn = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      const ticketId = `t-${number % TICKETS}`;
      await app.handle(ticket, ticketId, { type: 'Stamped', data: { ticketId } });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, stampOn));
  await app.settled({ timeoutMs: 600_000 });
  return performance.now() - beganMs;
}
