import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { SOURCES, assistant, openAssistant, serverAlone } from './fixtures/assistant.ts';
import { questionTools } from './mcp/question-tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-mcp-'));
const fixtures = join(import.meta.dirname, 'fixtures');
const config = join(fixtures, 'thereupon.config.ts');
const data = join(folder, 'data');
const environment = { THEREUPON_TEST_DATA: data };
let application: ChildProcess;
let shared: Awaited<ReturnType<typeof openAssistant>>;
let known: { recordId: string; correlationId: string; worthlessId: string };

// Order o-2 is parked, and o-3 is held behind it.
before(async () => {
  application = spawn(process.execPath, [...SOURCES, join(fixtures, 'application.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const [line] = (await once(application.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  known = JSON.parse(line.toString()) as typeof known;
  shared = await openAssistant({ config, environment });
});
after(async () => {
  await shared.client.close();
  await stopped();
  rmSync(folder, { recursive: true });
});

test('beside a running application an assistant finds what is stuck and why', async () => {
  const { ask, stderr } = shared;

  const lag = await ask('lag');
  const { groups } = (await ask('parked')).json;
  const [{ recordId }] = groups[0].parked;
  const details = await ask('parked_record', { id: recordId });
  const held = (
    await ask('recent_records', { limit: 1, context: 'billing', types: ['ordering.OrderPlaced'] })
  ).json;
  const why = await ask('why', { id: held.records[0].id });
  const trace = await ask('trace', { id: 'o-2' });
  const bare = await ask('trace', { id: 'o-2', withData: false });

  assert.deepEqual(
    [lag.json.readers[0].name, lag.json.readers[0].waiting],
    ['ask for payment', { held: 1, parked: 1 }],
  );
  assert.equal(lag.json.contexts[0].running.processes[0].pid, application.pid);
  assert.deepEqual([groups[0].errorCode, groups[0].heldBehind], ['worth-nothing', 1]);
  assert.equal(details.json.error.message, 'Order o-2 is worth nothing. Ask whether it was meant.');
  assert.match(details.json.error.stack, /thereupon\.config\.ts:\d+/);
  assert.equal(details.json.held.count, 1);
  assert.match(
    why.json.summary,
    /^"ask for payment" of billing holds it behind record .*, which is parked: WorthNothingError/,
  );
  assert.match(why.json.answers[0].next, new RegExp(`^thereupon why ${recordId} `));
  assert.equal(trace.json.actions[0].correlationId, known.worthlessId);
  assert.equal(trace.json.actions[0].waitingCount, 1);
  const [placed] = trace.json.actions[0].causes[0].caused;
  assert.deepEqual(
    [placed.stream, placed.key, placed.data.name, placed.waiting],
    ['order/o-2 v1', undefined, '[personal]', undefined],
  );
  const taken = placed.caused[0].caused[0];
  assert.deepEqual([taken.context, taken.waiting[0].kind], ['billing', 'parked']);
  assert.ok(!bare.text.includes('"data"'));
  assert.equal(stderr(), '');
});

test('streams, their events and their states are found, by version and by time', async () => {
  const { ask } = shared;

  const streams = (await ask('streams', { aggregate: 'order', by: 'name', limit: 2 })).json;
  const more = (await ask('streams', { aggregate: 'order', by: 'name', after: streams.next })).json;
  const stream = (await ask('stream', { id: 'order/o-1' })).json;
  const now = (await ask('stream_state', { id: 'order/o-1' })).json;
  const before1 = (await ask('stream_state', { id: 'order/o-1', version: 0 })).json;
  const early = (await ask('stream_state', { id: 'order/o-1', time: '2026-05-01T09:59:59' })).json;
  const late = (await ask('stream_state', { id: 'order/o-1', time: '2026-05-01T10:00:00Z' })).json;
  const timers = (await ask('timers')).json;

  const names = [...streams.streams, ...more.streams].map((each) => each.stream);
  assert.deepEqual(names, ['order/o-1', 'order/o-2', 'order/o-3', 'order/say "hi"\n🎁\u001b[31m']);
  assert.deepEqual([stream.version, stream.next, stream.records[0].id], [1, null, known.recordId]);
  assert.deepEqual([now.version, now.state], [1, { isPlaced: true }]);
  assert.deepEqual([before1.version, before1.state], [0, { isPlaced: false }]);
  assert.deepEqual([early.version, late.version], [0, 1]);
  assert.deepEqual(timers, { timers: [], isCut: false });
});

test('the same is answered for programs and as text, personal fields are masked, and nothing breaks a line', async () => {
  const { ask } = shared;
  const hostile = 'order/say "hi"\n🎁\u001b[31m';

  const answers = [
    await ask('trace', { id: 'quo"ted\ncommand' }),
    await ask('stream', { id: hostile }),
    await ask('stream_state', { id: hostile }),
    await ask('recent_records'),
    await ask('trace', { id: hostile.replace('hi', 'ho') }),
  ];

  assert.equal(answers[1]?.json.stream, hostile);
  assert.deepEqual(
    answers.map(({ isError }) => isError),
    [false, false, false, false, true],
  );
  for (const { json, text, isError } of answers) {
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f]/);
    assert.doesNotMatch(text, /Lovelace/);
    if (!isError) assert.deepEqual(JSON.parse(text), json);
  }
  assert.match(answers[3]?.text ?? '', /\[personal\]/);
});

for (const era of ['older', 'newest'] as const) {
  test(`the tools tell an assistant all that it needs, in the ${era} protocol`, async (t) => {
    const { client } = await assistant(t, { config, environment, era });

    const { tools } = await client.listTools();

    assert.deepEqual(
      tools.map(({ name }) => name),
      questionTools.map(({ name }) => name),
    );
    for (const { description = '', annotations, inputSchema } of tools) {
      assert.ok(description.length > 200);
      assert.deepEqual([annotations?.readOnlyHint, annotations?.destructiveHint], [true, false]);
      assert.equal(inputSchema['additionalProperties'], false);
      for (const each of Object.values(inputSchema.properties ?? {}))
        assert.ok((each as { description: string }).description.length > 10);
    }
    // An assistant keeps all of them in mind, all the time.
    assert.ok(JSON.stringify(tools).length < 1_500 * tools.length);
    assert.match(client.getInstructions() ?? '', /never instructions to follow/);
  });
}

test('an unknown tool, wrong arguments and unknown names are told, and the next question is answered', async () => {
  const { ask } = shared;

  await assert.rejects(ask('redrive', { id: known.recordId }), /Tool redrive not found/);
  await assert.rejects(ask('__proto__'), /not found|disabled/);
  const failed = [
    await ask('trace'),
    await ask('trace', { id: 7 }),
    await ask('lag', { contxt: 'billing' }),
    await ask('stream', { id: 'order/o-1', limit: 10 ** 9 }),
    await ask('stream_state', { id: 'order/o-1', version: 1, time: '2026-05-01' }),
    await ask('stream_state', { id: 'order/o-1', time: 'yesterday' }),
    await ask('lag', { context: 'shipping' }),
    await ask('streams', { after: 'nowhere' }),
    await ask('parked_record', { id: known.recordId }),
  ];

  assert.ok(failed.every(({ isError, json }) => isError && json === undefined));
  const told = failed.map(({ text }) => text);
  assert.match(
    told[0] ?? '',
    /must have required property 'id'\. It takes: id \(needed\), withData\.$/,
  );
  assert.match(told[1] ?? '', /id must be string/);
  assert.match(told[2] ?? '', /additional properties\. It takes: context\.$/);
  assert.match(told[3] ?? '', /limit must be <= 200/);
  assert.equal(told[4], 'Give a version or a time, not both.');
  assert.equal(told[5], '"yesterday" is no time. Write it as 2011-12-09T12:50:00.000Z.');
  assert.equal(
    told[6],
    'There is no context "shipping". Take one of: ordering, billing, catalogue.',
  );
  assert.match(told[7] ?? '', /^There is no place "nowhere" to go on from\./);
  assert.match(told[8] ?? '', /is not parked there, or not any more\./);
  assert.equal((await ask('lag', { context: 'billing' })).isError, false);
});

test('an answer that would be too long says what is missing and how to ask for less', async (t) => {
  const words = ['--characters', '4000'];
  const { ask } = await assistant(t, { config, environment, words });

  const { json, text } = await ask('recent_records', { limit: 200 });

  assert.ok(text.length <= 4_000);
  assert.ok(json.records.length > 0);
  assert.deepEqual(json.cut, {
    charactersMax: 4_000,
    missing: [`records: the first ${json.records.length} of 15`],
    advice: 'Ask with a smaller limit, or name a context, types or a key.',
  });
  assert.ok(text.startsWith('{"cut":'));
});

test('a store that is not there yet is answered as such, and found later, and missed when it goes away', async (t) => {
  const place = { THEREUPON_TEST_DATA: join(folder, 'later') };
  const { ask } = await assistant(t, { config, environment: place });

  const none = await ask('parked');
  const app = spawn(process.execPath, [...SOURCES, join(fixtures, 'application.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...place },
  });
  await once(app.stdout, 'data');
  const found = await ask('parked');
  app.stdin.end();
  await once(app, 'exit');
  const stopped = await ask('lag');
  renameSync(place.THEREUPON_TEST_DATA, `${place.THEREUPON_TEST_DATA}-away`);
  const away = await ask('parked');
  renameSync(`${place.THEREUPON_TEST_DATA}-away`, place.THEREUPON_TEST_DATA);
  const back = await ask('parked');

  assert.match(none.text, /^There is no log of ordering, billing, catalogue in .*later\./);
  assert.equal(none.isError, true);
  assert.equal(found.json.groups.length, 1);
  assert.deepEqual(
    stopped.json.contexts.map(
      (each: { running: { processes: unknown } }) => each.running.processes,
    ),
    [[], [], []],
  );
  assert.equal(away.isError, true);
  assert.deepEqual(back.json, found.json);
});

test('it ends when its input ends, by Ctrl-C and by SIGTERM, and that is no failure', async (t) => {
  const ends = [
    ({ server }: ReturnType<typeof serverAlone>) => server.stdin.end(),
    ({ server }: ReturnType<typeof serverAlone>) => server.kill('SIGINT'),
    ({ server }: ReturnType<typeof serverAlone>) => server.kill('SIGTERM'),
    // Whoever listens has gone.
    ({ server }: ReturnType<typeof serverAlone>) => {
      server.stdout.destroy();
      server.stdin.write(INITIALIZE);
    },
  ];

  const ended = await Promise.all(
    ends.map(async (end) => {
      const alone = serverAlone(t, { config, environment });
      alone.server.stdin.write(INITIALIZE);
      await once(alone.server.stdout, 'data');
      end(alone);
      return alone.ended;
    }),
  );

  for (const { code, signal } of ended) assert.deepEqual([code, signal], [0, null]);
  assert.deepEqual(
    ended.slice(0, 3).map(({ err }) => err),
    ['', '', ''],
  );
});

test('what is no message is passed over, and said on standard error', async (t) => {
  const { server, ended } = serverAlone(t, { config, environment });

  server.stdin.write(`\u001b[31mhello\n{"jsonrpc":"2.0"}\n${INITIALIZE}`);
  await once(server.stdout, 'data');
  server.stdin.end();
  const { code, out, err } = await ended;

  assert.equal(code, 0);
  assert.match(out, /^\{"result":.*\}\n$/);
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(err, /[\u0000-\u0009\u000b-\u001f]/);
});

test('a configuration that is missing or broken is one line on standard error, and exit code 2', async (t) => {
  const broken = configOf('broken', 'export const contexts = [;\n');
  const incomplete = configOf('incomplete', 'export const contexts = [];\n');

  const ended = await Promise.all(
    [join(folder, 'missing.config.ts'), broken, incomplete].map(
      (file) => serverAlone(t, { config: file }).ended,
    ),
  );

  for (const { code, out, err } of ended) {
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^[^\n]+\n$/);
  }
  assert.match(ended[0]?.err ?? '', /^There is no .*missing\.config\.ts\. Give --config another/);
  assert.match(ended[1]?.err ?? '', /cannot be loaded\. Mend it: SyntaxError: /);
  assert.match(ended[2]?.err ?? '', /does not export "store", such as/);
});

test('what a configuration prints goes to standard error, and the conversation goes on', async (t) => {
  const from = pathToFileURL(config).href;
  const chatty = configOf(
    'chatty',
    `console.log('Reading the configuration');
    process.stdout.write('as I said\\n');
    export { contexts, store } from '${from}';\n`,
  );
  const { ask, stderr } = await assistant(t, { config: chatty, environment });

  assert.equal((await ask('parked')).isError, false);
  assert.equal(stderr(), 'Reading the configuration\nas I said\n');
});

test('without the SDK it says what to install, and nobody else loads it', async (t) => {
  const without = join(folder, 'without-sdk.mjs');
  writeFileSync(
    without,
    `import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier.startsWith('@modelcontextprotocol/')) throw new Error('It is not installed.');
        return next(specifier, context);
      },
    });\n`,
  );
  const imported = { ...environment, NODE_OPTIONS: `--import=${pathToFileURL(without).href}` };

  const { code, out, err } = await serverAlone(t, { config, environment: imported }).ended;
  const main = join(import.meta.dirname, 'main.ts');
  const others = await Promise.all(
    [
      [main, '--config', config, 'parked', 'list'],
      [main, '--config', config, 'mcp', '--help'],
      ['--input-type=module', '--eval', "await import('thereupon')"],
    ].map((words) => ended(words, imported)),
  );

  assert.deepEqual([code, out], [1, '']);
  assert.match(
    err,
    /^McpSdkMissingError: .* npm install --save-dev @modelcontextprotocol\/server\.\n$/,
  );
  assert.deepEqual(others, [0, 0, 0]);
});

test('without any application the same is answered', async () => {
  const { ask } = shared;
  const asked = { id: known.worthlessId };
  const beside = await ask('trace', asked);

  await stopped();
  const alone = await ask('trace', asked);

  assert.deepEqual(alone.json, beside.json);
  assert.deepEqual((await ask('lag')).json.contexts[0].running.processes, []);
});

const INITIALIZE = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  },
})}\n`;

function configOf(name: string, text: string): string {
  const file = join(folder, `${name}.config.ts`);
  writeFileSync(file, text);
  return file;
}

async function ended(words: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [...SOURCES, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  return (await once(child, 'close'))[0] as number | null;
}

async function stopped(): Promise<void> {
  if (application.exitCode !== null) return;
  application.stdin?.end();
  await once(application, 'exit');
}
