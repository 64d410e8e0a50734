import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../../adapters/memory/memory-store.ts';
import { systemClock } from '../../host/clock.ts';
import { order, place, twoContexts } from '../../inspection/fixtures/two-contexts.ts';
import type { Log, LogReader } from '../../log/log.ts';
import type { Store } from '../../log/store.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { answerQuestion } from './answer-question.ts';
import type { QuestionTool } from './question-tool.ts';
import { questionTools } from './question-tools.ts';

/** How each of them is asked here: of an order that is parked. */
const ASKED: Readonly<Record<string, (recordId: string) => object>> = {
  lag: () => ({}),
  parked: () => ({ context: 'billing' }),
  parked_record: (id) => ({ id, subscription: 'ask for payment' }),
  why: (id) => ({ id }),
  trace: (id) => ({ id }),
  recent_records: () => ({ directions: ['incoming'] }),
  streams: () => ({}),
  stream: () => ({ id: 'order/a-1' }),
  stream_state: () => ({ id: 'order/a-1' }),
  timers: () => ({}),
  doctor: () => ({}),
  flows: () => ({ context: 'billing' }),
};

/** What needs no log, or tells that there is none as what it has found. */
const ANSWERS_WITHOUT: ReadonlySet<string> = new Set(['doctor', 'flows']);

test('no tool opens a log to write, leaves a request, or changes anything else', async (t) => {
  const { contexts, store, recordId } = await scene(t);
  const { readOnly } = readOnlyOf(store);

  for (const tool of questionTools) {
    const ask = ASKED[tool.name];
    assert.ok(ask !== undefined, `say how ${tool.name} is asked here`);
    const { isError, content } = await asking(tool, ask(recordId), { contexts, store: readOnly });
    assert.equal(isError, undefined, `${tool.name}: ${content[0]?.text}`);
  }
});

test('each closes what it has opened, also when it cannot answer', async (t) => {
  const { contexts, store } = await scene(t);
  const { readOnly, open } = readOnlyOf(store);

  for (const tool of questionTools) {
    await asking(tool, { id: 'unknown' }, { contexts, store: readOnly });
    assert.equal(open(), 0, tool.name);
  }
});

test('each says so where there is no log at all, and not that all is well', async () => {
  const { contexts } = twoContexts();

  for (const tool of questionTools) {
    if (ANSWERS_WITHOUT.has(tool.name)) continue;
    const asked = ASKED[tool.name]?.('r-1') ?? {};
    const { isError, content } = await asking(tool, asked, { contexts, store: memory() });
    assert.equal(isError, true, tool.name);
    assert.match(content[0]?.text ?? '', /There is no log of|right place|Nothing is known/);
  }
});

test('what a tool takes and needs, and what it is called, an assistant can say', () => {
  const names = questionTools.map(({ name }) => name);

  assert.equal(new Set(names).size, names.length);
  for (const tool of questionTools) {
    assert.match(tool.name, /^[a-z_]{3,40}$/);
    for (const needed of tool.required) assert.ok(needed in tool.arguments, tool.name);
    assert.ok(tool.title.length > 5 && tool.narrower.length > 5);
  }
});

function asking(
  tool: QuestionTool,
  asked: object,
  config: { readonly contexts: ReturnType<typeof twoContexts>['contexts']; readonly store: Store },
) {
  return answerQuestion(tool, asked, {
    config,
    clock: systemClock(),
    charactersMax: 100_000,
    onFailure: (text) => assert.fail(text),
  });
}

/** A store of which only reading is left, and that knows how many of its readers are open. */
function readOnlyOf(store: Store) {
  let open = 0;
  const counted = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const opened = await opening;
    open += 1;
    const close = (): Promise<void> => {
      open -= 1;
      return opened.close();
    };
    return only(opened, { close });
  };
  const read = {
    name: store.name,
    reader: (context: string) => counted(store.reader(context)),
    published: (context: string) => counted(store.published(context)),
    diagnose: async (context: string) => store.diagnose?.(context),
  };
  const readOnly = new Proxy(read as unknown as Store, {
    get: (_, asked): unknown => {
      if (Object.hasOwn(read, asked)) return Reflect.get(read, asked);
      throw new TypeError(`${String(asked)} is not for reading`);
    },
  });
  return { readOnly, open: () => open };
}

/** What a log has beside what its readers have. */
const WRITING: readonly Exclude<keyof Log, keyof LogReader>[] = [
  'commit',
  'transaction',
  'claim',
  'defineModel',
  'dropModel',
  'replaceModel',
  'forget',
  'retain',
  'membership',
];

function only<T extends object>(opened: T, instead: object): T {
  return new Proxy(opened, {
    get: (target, asked) => {
      assert.ok(
        !(WRITING as readonly unknown[]).includes(asked),
        `${String(asked)} is not for reading`,
      );
      const own = Reflect.get(instead, asked) ?? Reflect.get(target, asked);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** Order a-1 is parked in Billing; answers with the id of its record there. */
async function scene(t: Parameters<typeof start>[0]) {
  const store = memory();
  const { contexts, till } = twoContexts();
  till.refused.add('a-1');
  const app = await start(t, contexts, { store });
  await app.handle(order, 'a-1', place('a-1'));
  await assert.rejects(app.settled());
  const billing = await store.reader('billing');
  const [row] = await billing.waiting({ kinds: ['parked'], limit: 1 });
  await billing.close();
  return { store, contexts, recordId: row?.recordId ?? '' };
}
