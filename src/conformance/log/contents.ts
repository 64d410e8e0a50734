import type { LogReader } from '../../log/log.ts';

/** What the write set of `write-sets.ts` leaves in a log, in a form that is easy to compare. */
export async function contentsOf(log: LogReader) {
  const records = await log.read({ after: 0, limit: 100 });
  const checkpoints = await log.checkpoints();
  const command = await log.command('c-1');
  const snapshot = await log.snapshot('o-1');
  const waiting = await log.waiting({ limit: 100 });
  const operations = await log.operations(100);
  return {
    records: records.map(({ stream, version, source }) =>
      stream === null ? `${source}/m-1` : `${stream}/${version}`,
    ),
    command: command?.id,
    position: checkpoints[0]?.position,
    marks: await log.marks(),
    snapshot: snapshot?.state,
    document: await log.document('books', 'o-1'),
    waiting: waiting.map(({ key }) => key),
    operations: operations.map(({ id }) => id),
    received: [...(await log.received('billing', ['m-1', 'm-2']))],
  };
}
