import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { vocabularyOf } from '../context/vocabulary.ts';
import { systemHost } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import { dealtNotice } from '../runtime/dealt-notice.ts';
import { until } from '../runtime/fixtures/start.ts';
import { silent } from '../telemetry/logger.ts';
import { bareWorkplace } from './fixtures/bare-workplace.ts';
import { Subscription } from './subscription.ts';
import { TailReader } from './tail-reader.ts';

const RECORDS = 3_500;
const host = systemHost({});
const context = boundedContext('counting', {});

test('who takes over what another has handled further than it has read handles nothing again', async () => {
  const log = await memory().open('counting');
  const handled: string[] = [];
  const other = await reading(log, handled);
  // It stood still, or asks only now and then: nobody tells it of what is committed.
  const one = await reading(deaf(log), handled);
  await other.subscription.start(0);
  for (let from = 0; from < RECORDS; from += 500)
    await other.committer.commit({ records: records(from, 500) });
  await until(() => handled.length === RECORDS);
  await other.subscription.stop();
  const before = await positionOf(log);

  await one.subscription.start(0);
  // It reads page by page what it has missed.
  await one.tail.look();
  await one.committer.commit({ records: records(RECORDS, 1) });
  await until(() => handled.includes(`r-${RECORDS}`));
  await one.subscription.stop();

  assert.equal(handled.length, RECORDS + 1);
  assert.ok((await positionOf(log)) >= before);
});

/** A process that reads the log. */
async function reading(log: Log, handled: string[]) {
  const vocabulary = vocabularyOf(context);
  const committer = new Committer(log, host.clock);
  const tail = new TailReader(log, vocabulary, host.clock);
  await tail.start(committer);
  const workplace = bareWorkplace(log, { vocabulary, host });
  const subscription = new Subscription(
    {
      name: 'note',
      interest: { wants: () => true, types: ['Noted'], directions: ['domain'] },
      keysOf: (_, { key }) => [key],
      fingerprint: 'its key',
      handle({ stored }, _, base) {
        handled.push(stored.id);
        return base;
      },
    },
    {
      workplace,
      log,
      committer,
      tail,
      logger: silent,
      owner: host.ids.next(),
      dealtNotice: (name, slot) => dealtNotice(name, slot, 0),
      onParked: () => undefined,
      onStalled: () => undefined,
      onChange: () => undefined,
    },
  );
  return { committer, tail, subscription };
}

function records(from: number, count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `r-${from + index}`,
    direction: 'domain',
    stream: `note/${from + index}`,
    version: 1,
    type: 'Noted',
    schemaVersion: 1,
    key: `${index % 7}`,
    data: '{}',
    source: 'counting',
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'one',
    causationId: 'one',
    traceparent: null,
    metadata: null,
  }));
}

/** The log as it is for whom nobody tells of what is committed. */
function deaf(log: Log): Log {
  return new Proxy(log, {
    get(_, name) {
      if (name === 'onChange') return () => () => undefined;
      const value: unknown = Reflect.get(log, name);
      return typeof value === 'function' ? (value.bind(log) as unknown) : value;
    },
  });
}

async function positionOf(log: Log): Promise<number> {
  const all = await log.checkpoints();
  return all.find(({ subscription }) => subscription === 'note')?.position ?? 0;
}
