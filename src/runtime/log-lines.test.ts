/** The lines of running applications have the fields that `docs/log-lines.md` names, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, after, test } from 'node:test';
import { z } from 'zod';
import { type MemoryBackbone, memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { type BoundedContext, boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { quickClock } from '../host/fixtures/quick-clock.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { handClock } from '../process/fixtures/hand-clock.ts';
import { processManager } from '../process/process-manager.ts';
import { type LogEvent, type LogLine, type LogValue, jsonLines } from '../telemetry/logger.ts';
import { TEXT_CHARACTERS_MAX } from '../telemetry/short-lines.ts';
import { start, until } from './fixtures/start.ts';
import { requestRow } from './request.ts';
import { importRows } from './import-request.ts';
import type { RunOptions } from './run-options.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'log-lines.md'), 'utf8');
const DOCUMENTED = new Map(page.split('\n').flatMap(rowOf));
const seen = new Set<string>();
const SECRET = 'Ada Lovelace';

/** What goes wrong, while it does. */
const wrong = { handling: '', key: false, code: 'broken' };
const Said = contract('a.Said', {
  version: 1,
  schema: z.object({ id: z.string(), name: z.string() }),
  key: ({ id }) => {
    if (wrong.key) throw new RangeError('no key');
    return id;
  },
  personal: ['name'],
});
const speaker = boundedContext('a', { publishes: [Said] });
const heard = readModel({
  name: 'heard',
  version: 1,
  document: type<{ count: number }>(),
  from: [Said],
  by: (event) => event.data.id,
  evolve: { 'a.Said': (document) => ({ count: (document?.count ?? 0) + 1 }) },
});
const listener = boundedContext('b', {
  reactions: [
    whenever(
      'listen',
      Said,
      ({ data }) => {
        if (wrong.handling !== '' && data.id.startsWith(wrong.handling))
          throw Object.assign(new RangeError('x'.repeat(5_000)), { code: wrong.code });
      },
      { retry: { attemptsMax: 3, firstDelayMs: 1 } },
    ),
  ],
  readModels: [heard],
});

test('a message: published, relayed, taken in, left out when it comes again', async (t) => {
  const { app, say, named } = await talking(t, memoryBackbone({ faults: { duplicate: 1 } }));

  await say('1');
  await app.settled();
  await until(() => named('duplicate').length > 0);

  for (const event of ['started', 'listening', 'published', 'relayed', 'taken-in'] as const)
    assert.ok(named(event).length > 0, event);
  assert.equal(named('published')[0]?.['id'], named('taken-in')[0]?.['id']);
  assert.equal(named('published')[0]?.['correlationId'], named('duplicate')[0]?.['correlationId']);
});

test('a failing record: tried again, parked, redriven by somebody, discarded by somebody', async (t) => {
  const { app, say, named } = await talking(t);
  wrong.handling = 'bad';
  const whom = { who: 'ada', why: 'mended' };

  await say('bad');
  await until(() => named('parked').length === 1);
  assert.equal(named('retry').length, 2);
  assert.deepEqual([named('parked')[0]?.['code'], named('parked')[0]?.['attempts']], ['broken', 3]);
  wrong.handling = '';
  await app.redrive({}, whom);
  wrong.handling = 'bad';
  await say('bad too');
  await until(() => named('parked').length === 2);
  await app.discard({}, whom);

  for (const event of ['redriven', 'discarded'] as const) {
    assert.deepEqual([named(event)[0]?.['who'], named(event)[0]?.['why']], ['ada', 'mended']);
    assert.equal(named(event)[0]?.['subscription'], 'listen');
  }
  wrong.handling = '';
});

test('messages that somebody has imported', async (t) => {
  const store = memory();
  const { named } = await talking(t, undefined, { store });
  const request = { action: 'import', source: 'a', count: 0, who: 'ada', why: 'moved' } as const;

  await store.leaveRequests('b', { left: importRows(request, [], { id: 'request-1', at: 0 }) });
  await until(() => named('imported').length === 1);

  assert.deepEqual(
    [named('imported')[0]?.['id'], named('imported')[0]?.['who']],
    ['request-1', 'ada'],
  );
});

test('a circuit: opened when everything fails, closed when it goes again; or by a person', async (t) => {
  const { app, say, named } = await talking(t);
  wrong.handling = 'every';
  for (let number = 0; number < 12; number += 1) await say(`every ${number}`);
  await until(() => named('paused').length === 1);
  assert.equal(named('paused')[0]?.['code'], 'broken');
  wrong.handling = '';
  await until(() => named('resumed').length === 1);

  await app.pause(listener, 'listen', { who: 'ada', why: 'a look' });
  await app.resume(listener, 'listen', { who: 'ada', why: 'seen' });

  assert.deepEqual([named('paused')[1]?.['why'], named('resumed')[1]?.['why']], ['a look', 'seen']);
});

test('a rebuild: begun, and ended or failed', async (t) => {
  const { app, say, named } = await talking(t);
  await say('1');
  await app.settled();

  await app.rebuild(heard);
  await assert.rejects(app.rebuild(heard, { signal: AbortSignal.abort() }));

  assert.equal(named('rebuilding').length, 2);
  assert.equal(named('rebuilt').length, 1);
  assert.equal(named('rebuild-failed')[0]?.['code'], 'rebuild');
});

test('a version of a read model that is not declared any more: dropped', async (t) => {
  const store = memory();
  const { app } = await talking(t, undefined, { store });
  await app.stop();

  const silentListener = boundedContext('b', { reactions: listener.reactions });
  const { named } = await talking(t, undefined, {
    store,
    contexts: [speaker, silentListener],
    oldReadModelsKeptMs: 0,
    host: { clock: quickClock(60_000) },
  });
  await until(() => named('dropped').length === 1);

  assert.equal(named('dropped')[0]?.['subscription'], 'heard@1');
});

test('a timer that a person lets fire, or takes away', async (t) => {
  const patient = processManager({
    name: 'patient',
    from: [Said],
    startedBy: ['a.Said'],
    by: (event) => event.data.id,
    timers: ['Waited'],
    initial: {},
    evolve: (state) => state,
    react: (_state, event, { setTimer }) =>
      event.type === 'a.Said' ? [setTimer('Waited', { after: '1 week' })] : [],
  });
  const store = memory();
  const contexts = [speaker, boundedContext('b', { processes: [patient] })];
  const { app, say, named } = await talking(t, undefined, { store, contexts });
  await say('1');
  await say('2');
  await app.settled();
  const asked = (await app.timers()).map(({ id, waitsUnder }, index) => {
    const action = index === 0 ? ('fire-timer' as const) : ('cancel-timer' as const);
    const request = { action, ...waitsUnder, recordId: id, who: 'ada', why: 'she has called' };
    return requestRow(request, { id: `request-${index}`, at: 0 });
  });

  await store.leaveRequests('b', { left: asked });
  await until(() => named('timer-fired').length + named('timer-cancelled').length === 2);

  assert.equal(named('timer-fired')[0]?.['why'], 'she has called');
});

test('a timer that comes too late for its process', async (t) => {
  const impatient = processManager({
    name: 'impatient',
    from: [Said],
    startedBy: ['a.Said'],
    by: (event) => event.data.id,
    timers: ['Waited'],
    initial: { said: 0 },
    evolve: ({ said }) => ({ said: said + 1 }),
    react: ({ said }, _, { setTimer, complete }) =>
      said === 1 ? [setTimer('Waited', { after: '50 ms' })] : [complete()],
  });
  const clock = handClock();
  const listening = boundedContext('b', { processes: [impatient] });
  const contexts = [speaker, listening];
  const { app, say, named } = await talking(t, undefined, { contexts, host: { clock } });
  await say('1');
  await app.settled();

  const byWhom = { who: 'a test', why: 'to be late' };
  await app.pause(listening, 'impatient', byWhom);
  await say('1');
  await until(() => named('taken-in').length === 2);
  clock.advance(50);
  await until(async () => (await app.timers()).length === 0);
  await app.resume(listening, 'impatient', byWhom);
  await app.settled();

  assert.equal(named('timer-ignored')[0]?.['type'], 'impatient/Waited');
});

test('a border: what cannot be taken in is parked, what follows it is held', async (t) => {
  const backbone = memoryBackbone();
  const { say, named } = await talking(t, backbone);
  backbone.switchOff();
  await say('1');
  await say('1');
  await until(() => named('trouble').length > 0);
  wrong.key = true;

  backbone.switchOn();
  await until(() => named('held').length > 0);

  wrong.key = false;
  assert.ok(named('recovered').length > 0);
  assert.equal(named('parked')[0]?.['source'], 'a');
});

test('retention: what was dropped, who still needs what could go, and whose past is missing', async (t) => {
  const dropped = [
    { direction: 'outgoing', type: 'a.Said', position: 7 },
    { direction: 'incoming', type: 'a.Said', position: 9 },
  ] as const;
  const old = { direction: 'incoming', upTo: 19 } as const;
  const retained = {
    dropped: [{ direction: 'outgoing', upTo: 7, count: 3 }],
    kept: [{ ...old, neededBy: 'subscription "listen"', position: 12 }],
  } as const;
  const store = memory();
  const { named } = await talking(t, undefined, {
    store: {
      name: store.name,
      reader: (context) => store.reader(context),
      leaveRequests: (context, requests) => store.leaveRequests(context, requests),
      open: async (context) =>
        Object.assign(await store.open(context), {
          dropped: async () => (context === 'b' ? dropped : []),
          retain: async () => retained,
        }),
      published: async (context) =>
        Object.assign(await store.published(context), { dropped: async () => dropped }),
    },
    host: { clock: quickClock(3_000) },
  });

  await until(() => named('records-kept').length === 2 && named('past-missing').length === 3);
  await until(() => named('records-dropped').length > 2);

  assert.equal(named('records-dropped')[0]?.['count'], 3);
  assert.match(
    String(named('records-kept')[0]?.['message']),
    /kept for subscription "listen", at 12/,
  );
  const missing = named('past-missing').map(({ subscription, source, position }) => [
    subscription ?? source,
    position,
  ]);
  assert.deepEqual(
    new Map(missing as [string, number][]),
    new Map([
      ['a', 7],
      ['heard@1', 9],
      ['listen', 9],
    ]),
  );
  assert.equal(named('records-kept').length, 2);
});

test('a stop is told of each context', async (t) => {
  const { app, named } = await talking(t);

  await app.stop();

  assert.deepEqual(
    named('stopped')
      .map(({ context }) => context)
      .sort(),
    ['a', 'b'],
  );
});

after(() => {
  assert.deepEqual(
    [...DOCUMENTED.keys()].filter((event) => !seen.has(event)),
    [],
  );
});

/** Two contexts that write to a real logger, each of whose lines is looked at. */
async function talking(
  t: TestContext,
  backbone?: MemoryBackbone,
  { contexts = [speaker, listener], ...options }: TalkingOptions = {},
) {
  const lines: LogLine[] = [];
  const logger = jsonLines((text) => lines.push(looked(text)), 'debug');
  const app = await start(t, contexts, {
    store: memory(),
    logger,
    ...(backbone && { backbone }),
    ...options,
  });
  return {
    app,
    say: (id: string) => app.transaction(speaker, (tx) => tx.publish(Said, { id, name: SECRET })),
    named: (event: LogEvent) => lines.filter((line) => line.event === event),
  };
}

interface TalkingOptions extends Partial<RunOptions> {
  readonly contexts?: readonly BoundedContext[];
}

function looked(text: string): LogLine {
  const line = JSON.parse(text) as LogLine;
  const { level, event, context, ...fields } = line;
  const row = DOCUMENTED.get(event);
  assert.ok(row !== undefined, `${event} is not documented`);
  seen.add(event);
  assert.ok(row.levels.includes(level), `${event} has level ${level}`);
  assert.ok(context === 'a' || context === 'b');
  const names = Object.keys(fields);
  assert.deepEqual(
    names.filter((name) => !row.needed.includes(name) && !row.may.includes(name)),
    [],
    text,
  );
  assert.deepEqual(
    row.needed.filter((name) => !names.includes(name)),
    [],
    text,
  );
  for (const value of Object.values(fields)) assert.ok(lengthOf(value) <= TEXT_CHARACTERS_MAX);
  assert.ok(!text.includes(SECRET), 'personal data is in a log line');
  return line;
}

function lengthOf(value: LogValue): number {
  return typeof value === 'string' ? value.length : 0;
}

interface Row {
  readonly levels: readonly string[];
  readonly needed: readonly string[];
  readonly may: readonly string[];
}

function rowOf(line: string): [string, Row][] {
  const [, event = '', levels = '', fields = ''] = line.split('|').map((cell) => cell.trim());
  const name = /^`([\w-]+)`$/.exec(event)?.[1];
  if (name === undefined) return [];
  const named = [...fields.matchAll(/`(\w+)`(\?)?/g)];
  const those = (isOptional: boolean): string[] =>
    named.filter((found) => (found[2] !== undefined) === isOptional).map((found) => found[1] ?? '');
  return [[name, { levels: levels.split(', '), needed: those(false), may: those(true) }]];
}
