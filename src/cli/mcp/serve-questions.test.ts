import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { memory } from '../../adapters/memory/memory-store.ts';
import { systemClock } from '../../host/clock.ts';
import type { QuestionTool } from './question-tool.ts';
import { loadMcpSdk } from './sdk.ts';
import { serveQuestions } from './serve-questions.ts';

test('so many questions are answered at once, and who asks one more is told to wait', async () => {
  const { say, heard, answer } = await served();

  for (let id = 1; id <= 17; id += 1) say(id, 'tools/call', { name: 'slow', arguments: {} });
  const refused = await heard();
  answer();
  const answered = await heard();
  say(18, 'tools/call', { name: 'slow', arguments: {} });

  assert.deepEqual([refused.id, refused.result.isError], [17, true]);
  assert.match(refused.result.content[0]?.text ?? '', /^16 questions are being answered already\./);
  assert.equal(answered.result.isError, undefined);
  let last = answered;
  while (last.id !== 18) last = await heard();
  assert.deepEqual(last.result.structuredContent, { isThere: true });
});

for (const [how, end] of [
  ['its input ends', ({ input }: Served) => input.end()],
  ['it is told to end', ({ controller }: Served) => controller.abort()],
  ['nobody reads its output', ({ output }: Served) => output.destroy(new Error('Gone.'))],
] as const) {
  test(`when ${how} it ends as soon as no question is being worked on`, async () => {
    const scene = await served();
    const { say, answer, asked, serving } = scene;
    let isServing = true;
    const ended = serving.then(() => (isServing = false));
    say(1, 'tools/call', { name: 'slow', arguments: {} });
    await asked;

    end(scene);
    await new Promise((resolve) => setImmediate(resolve));
    const whileAsked = isServing;
    answer();
    await ended;

    assert.equal(whileAsked, true);
  });
}

interface Message {
  readonly id: number;
  readonly result: {
    readonly isError?: boolean;
    readonly content: readonly { readonly text: string }[];
    readonly structuredContent?: unknown;
  };
}

type Served = Awaited<ReturnType<typeof served>>;

/** A server with one tool, which answers when the test says so. */
async function served() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const controller = new AbortController();
  const gate = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  const slow: QuestionTool = {
    name: 'slow',
    title: 'Takes its time',
    description: 'For the tests.',
    arguments: {},
    required: [],
    narrower: 'Ask for less.',
    ask: async () => {
      first.resolve();
      await gate.promise;
      return { isThere: true };
    },
  };
  const onFailure = (): void => undefined;
  const config = { contexts: [], store: memory() };
  const serving = serveQuestions(await loadMcpSdk(), {
    tools: [slow],
    asking: { config, clock: systemClock(), charactersMax: 10_000, onFailure },
    version: '1.0.0',
    input,
    output,
    signal: controller.signal,
  });
  const say = (id: number, method: string, params: object): void =>
    void input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  const lines: string[] = [];
  output.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  const heard = async (): Promise<Message> => {
    while (lines.length === 0) await once(output, 'data');
    return JSON.parse(lines.shift() ?? '') as Message;
  };
  const clientInfo = { name: 'test', version: '1.0.0' };
  say(0, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  await heard();
  const answer = (): void => gate.resolve();
  return { input, output, controller, serving, say, heard, answer, asked: first.promise };
}
