import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../../adapters/memory/memory-store.ts';
import { systemClock } from '../../host/clock.ts';
import { QuestionError } from '../../inspection/question-error.ts';
import { answerQuestion } from './answer-question.ts';
import type { QuestionTool } from './question-tool.ts';

test('an answer is for programs as it is, and as text with every escape', async () => {
  const name = 'a\u202e\u200bb\n\u{e0041}';

  const { structuredContent, content, isError } = await answered(async () => ({ name }));

  assert.equal(isError, undefined);
  assert.deepEqual(structuredContent, { name });
  const [{ text } = { text: '' }] = content;
  assert.match(text, /^[ -~]+$/);
  assert.deepEqual(JSON.parse(text), structuredContent);
});

test('one that is too long fits with what is said of it, and says first what is missing', async () => {
  const ask = async () => ({
    records: Array.from({ length: 500 }, () => ({ data: 'x'.repeat(90) })),
  });

  const { structuredContent, content } = await answered(ask, 6_000);

  const [{ text } = { text: '' }] = content;
  assert.ok(text.length <= 6_000 && text.length > 3_000);
  const records = structuredContent?.['records'] as readonly unknown[];
  assert.ok(text.startsWith('{"cut":{"charactersMax":6000,'));
  assert.deepEqual(structuredContent?.['cut'], {
    charactersMax: 6_000,
    missing: [`records: the first ${records.length} of 500`],
    advice: 'Ask for less.',
  });
});

test('what cannot be answered as it was asked says what to ask instead, and is no failure', async () => {
  const failures: string[] = [];
  const ask = async () => {
    throw new QuestionError('nothing-found', 'There is no "\u001b[31m". Take one of: a, b.');
  };

  const answer = await answered(ask, undefined, failures);

  assert.deepEqual(answer, {
    content: [{ type: 'text', text: 'There is no "\\u001b[31m". Take one of: a, b.' }],
    isError: true,
  });
  assert.deepEqual(failures, []);
});

test('a failure is told by name to the assistant, and to whoever looks after the program', async () => {
  const failures: string[] = [];
  const ask = async () => {
    throw new RangeError(`The disk is away.${'x'.repeat(10_000)}`);
  };

  const { content, isError, structuredContent } = await answered(ask, undefined, failures);

  assert.deepEqual([isError, structuredContent], [true, undefined]);
  assert.match(content[0]?.text ?? '', /^RangeError: The disk is away\.x+$/);
  assert.equal(content[0]?.text.length, 4_000);
  assert.match(failures[0] ?? '', /^lookup failed\. RangeError: The disk is away\./);
});

function answered(ask: () => Promise<object>, charactersMax = 10_000, failures: string[] = []) {
  const tool: QuestionTool = {
    name: 'lookup',
    title: 'Looks something up',
    description: 'For the tests.',
    arguments: {},
    required: [],
    narrower: 'Ask for less.',
    ask,
  };
  return answerQuestion(
    tool,
    {},
    {
      config: { contexts: [], store: memory() },
      clock: systemClock(),
      charactersMax,
      onFailure: (text) => failures.push(text),
    },
  );
}
