/**
 * Two processes that both remember the state of a stream. What one decides must hold for the stream as
 * it is: also a refusal, which is committed nowhere, so that no conflict shows it.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { aggregate } from '../../aggregate/aggregate.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { processManager } from '../../process/process-manager.ts';
import { effect } from '../../reaction/effect.ts';
import { happened } from '../../reaction/source.ts';
import { notYet, type Tools } from '../../reaction/tools.ts';
import { whenever } from '../../reaction/whenever.ts';
import { readModel, type } from '../../read-model/read-model.ts';
import { run } from '../../runtime/run.ts';
import { until } from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

type How = 'ignore' | 'park' | 'not yet' | 'own tries' | 'effect' | 'process' | 'time';

/** A door opens only when it is closed, and closes only when it is open. */
const door = aggregate({
  name: 'door',
  initial: { isOpen: false },
  decide({ type }: Command, { isOpen: is }): Moved[] {
    if (type === 'Look' || (type === 'SeeToIt' && is)) return [];
    if (type === 'Open' && is) throw new DoorError('It is open.');
    if (type === 'Close' && !is) throw new DoorError('It is closed.');
    return [{ type: 'Moved', data: { isOpen: type !== 'Close' } }];
  },
  evolve: (_: { isOpen: boolean }, { data }: Moved) => data,
});
const bell = aggregate({
  name: 'bell',
  initial: {},
  decide: ({ data }: { type: 'Ring'; data: Rung['data'] }): Rung[] => [{ type: 'Rung', data }],
  evolve: (_: object, { data }: Rung) => data,
});

const server = await sharedPostgres();
const url = await server.createDatabase();
const houses = [house(), house()] as const;
const [first, second] = houses;
const one = await run([first.context], { store: postgres(url) });
const two = await run([second.context], { store: postgres(url) });
after(() => Promise.all([one.stop(), two.stop()]));

test('a command that the stream as it is allows is not refused by what it was', async () => {
  await closeBehindItsBack('hall');

  const { events } = await one.handle(door, 'hall', { type: 'Open', data: {} });

  assert.equal(events.length, 1);
});

test('what a stream refuses as it is, is refused', async () => {
  await closeBehindItsBack('shed');

  await assert.rejects(one.handle(door, 'shed', { type: 'Close', data: {} }), {
    message: 'It is closed.',
  });
});

test('the version that is expected is compared with that of the stream as it is', async () => {
  await closeBehindItsBack('cellar');
  const options = { expectedVersion: 2 };

  const { events } = await one.handle(door, 'cellar', { type: 'Open', data: {} }, options);

  assert.equal(events.length, 1);
});

test('a command that changes nothing has changed nothing in the stream as it is', async () => {
  await closeBehindItsBack('attic');

  const { events } = await one.handle(door, 'attic', { type: 'SeeToIt', data: {} });

  assert.equal(events.length, 1);
});

test('the same command in both at once is done once, and both hear what came of it', async () => {
  for (let round = 0; round < 40; round += 1) {
    const name = `gate ${round}`;
    const options = { commandId: `open ${name}` };

    const both = await Promise.all(
      [one, two].map((app) => app.handle(door, name, { type: 'Open', data: {} }, options)),
    );

    assert.deepEqual(
      both.map(({ events }) => events.length),
      [1, 1],
    );
    assert.equal(both[0]?.events[0]?.id, both[1]?.events[0]?.id);
  }
});

test('the same transaction in both at once is done once, and both hear what came of it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const options = { commandId: `paint ${round}`, asked: { round } };

    const both = await Promise.all(
      [one, two].map((app, index) =>
        app.transaction(first.context, () => Promise.resolve(index), options),
      ),
    );

    assert.equal(both[0]?.result, both[1]?.result);
    assert.equal(both.filter(({ isRepeated }) => isRepeated).length, 1);
  }
});

for (const how of ['ignore', 'park', 'not yet', 'own tries', 'effect', 'process'] as const)
  test(`what is done at an event is not decided by what a stream was (${how})`, async () => {
    const names = Array.from({ length: 24 }, (_, index) => `${index} of ${how}`);
    await Promise.all(
      names.map((name, index) => closeBehindItsBack(name, index % 2 === 0 ? 'one' : 'two')),
    );

    const rings = names.map((name) => one.handle(bell, name, ring(name, how)));
    await Promise.all(rings);
    await one.settled();

    const closed: string[] = [];
    for (const name of names) if (!(await isOpen(name))) closed.push(name);
    assert.deepEqual(closed, []);
    assert.deepEqual(await one.parked(), []);
    for (const { done } of houses) assert.ok(done.has(how), `only one of them did: ${how}`);
  });

test('a handler whose time was up is not begun again because a stream was moved', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `${index} of time`);
  for (const name of names) {
    await two.handle(bell, name, ring(name, 'time'));
    await until(() => houses.some(({ begun }) => begun.includes(name)));
    for (const app of [one, two]) await app.handle(door, name, { type: 'SeeToIt', data: {} });
  }

  await until(async () => (await one.parked()).length === names.length);

  const codes = (await one.parked()).map(({ error }) => error?.code);
  assert.deepEqual(new Set(codes), new Set(['handler-timeout']));
});

function ring(name: string, how: How) {
  return { type: 'Ring', data: { door: name, how } } as const;
}

test('a document as it is takes what it would not have taken as it was', async () => {
  await closeBehindItsBack('loft');

  // What it remembers of the document is that it stands open already.
  await one.handle(door, 'loft', { type: 'Open', data: {} });

  assert.deepEqual(await two.read(second.doors).get('loft'), { isOpen: true });
});

test('what a document does not take as it is, it does not take', async () => {
  await one.handle(door, 'jammed', { type: 'Open', data: {} });

  await assert.rejects(two.handle(door, 'jammed', { type: 'SlamOpen', data: {} }), {
    message: 'It stands so already.',
  });
});

/** One of them remembers that it is open. */
async function closeBehindItsBack(name: string, whose: 'one' | 'two' = 'one'): Promise<void> {
  const opens = whose === 'one' ? one : two;
  const closes = whose === 'one' ? two : one;
  await opens.handle(door, name, { type: 'Open', data: {} });
  await closes.handle(door, name, { type: 'Close', data: {} });
}

async function isOpen(name: string): Promise<boolean> {
  const { state } = await one.handle(door, name, { type: 'Look', data: {} });
  return state.isOpen;
}

function house() {
  const done = new Set<How>();
  const open = { type: 'Open', data: {} } as const;
  const rung = happened(bell, 'Rung');
  const on = (
    how: How,
    name: string,
    ask: (name: string, tools: Tools) => Promise<unknown>,
    options = {},
  ) =>
    whenever(
      name,
      rung,
      ({ data }, tools) => {
        if (data.how !== how) return undefined;
        done.add(how);
        return ask(data.door, tools);
      },
      options,
    );
  const reactions = [
    on('park', 'open', (name, { handle }) => handle(door, name, open)),
    on('ignore', 'open if closed', (name, { handle }) => handle(door, name, open), {
      ifRefused: 'ignore',
    }),
    on('not yet', 'open when closed', async (name, { handle }) => {
      try {
        return await handle(door, name, open);
      } catch (error) {
        // There is nothing that would wake it.
        return notYet((error as Error).message);
      }
    }),
    on(
      'own tries',
      'open, and say what it was',
      async (name, { handle }) => {
        const { state } = await handle(door, name, { type: 'Look', data: {} });
        if (state.isOpen) throw new Error('It is open.');
        await handle(door, name, open);
      },
      { retry: { attemptsMax: 1 } },
    ),
  ];
  const begun: string[] = [];
  const forgetful = on(
    'time',
    'open, and forget to say so',
    async (name, { handle }) => {
      begun.push(name);
      await handle(door, name, { type: 'Look', data: {} });
      await new Promise(() => undefined);
    },
    { retry: { attemptsMax: 1 }, timeoutMs: 300 },
  );
  const visitor = effect({
    name: 'ask the visitor',
    on: rung,
    perform: ({ data }) => Promise.resolve(data),
    record(_, data, { handle }) {
      if (data.how !== 'effect') return undefined;
      done.add('effect');
      return handle(door, data.door, open);
    },
  });
  const porter = processManager({
    name: 'porter',
    from: [rung],
    startedBy: ['Rung'],
    by: ({ data }) => (data.how === 'process' ? data.door : undefined),
    timers: [],
    initial: { told: '' },
    evolve: (state, event) => ({ told: event.type === 'CommandRefused' ? 'refused' : state.told }),
    react(state, event, { command, complete, key }) {
      done.add('process');
      if (event.type === 'Rung') return [command(door, key, open), complete()];
      return [];
    },
  });
  // Inline, and as strict as the aggregate: it moves only what does not stand so already.
  const doors = readModel({
    name: 'doors',
    version: 1,
    inline: true,
    document: type<{ isOpen: boolean }>(),
    from: [door],
    by: ({ stream }) => stream.slice('door/'.length),
    evolve: {
      Moved(document, { data: { isOpen: is } }) {
        if (document?.isOpen === is) throw new DoorError('It stands so already.');
        return { isOpen: is };
      },
    },
  });
  const context = boundedContext('house', {
    aggregates: [door, bell],
    readModels: [doors],
    reactions: [...reactions, forgetful],
    effects: [visitor],
    processes: [porter],
  });
  return { context, done, begun, doors };
}

type Command = { type: 'Open' | 'SlamOpen' | 'Close' | 'SeeToIt' | 'Look'; data: object };
type Moved = { type: 'Moved'; data: { isOpen: boolean } };
type Rung = { type: 'Rung'; data: { door: string; how: How } };

class DoorError extends Error {}
