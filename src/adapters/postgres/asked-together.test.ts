import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AskedTogether } from './asked-together.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is asked in one turn is asked once, each with its own answer', async () => {
  const { asked, questions } = counted();

  const answers = await Promise.all(['b', 'a', 'missing', 'a'].map((key) => questions.about(key)));

  assert.deepEqual(answers, ['is b', 'is a', undefined, 'is a']);
  assert.deepEqual(asked, [['b', 'a', 'missing']]);
});

test('what is asked while a question is under way does not get its answer', async () => {
  const { asked, questions } = counted();

  const first = questions.about('a');
  await turn();
  await turn();
  await Promise.all([first, questions.about('a')]);

  assert.deepEqual(asked, [['a'], ['a']]);
});

test('a question has at most a thousand in it', async () => {
  const { asked, questions } = counted();

  const keys = Array.from({ length: 2_500 }, (_, index) => String(index));
  await Promise.all(keys.map((key) => questions.about(key)));

  assert.deepEqual(
    asked.map((each) => each.length),
    [1_000, 1_000, 500],
  );
  assert.deepEqual(asked.flat(), keys);
});

test('a question that fails fails for all who asked, and the next is asked anew', async () => {
  let fails = true;
  const questions = new AskedTogether<string, string>(turn, async (keys) => {
    if (fails) throw new Error('The store is away.');
    return new Map(keys.map((key) => [key, key]));
  });

  const failed = await Promise.allSettled([questions.about('a'), questions.about('b')]);
  fails = false;

  assert.ok(failed.every(({ status }) => status === 'rejected'));
  assert.equal(await questions.about('a'), 'a');
});

function counted() {
  const asked: (readonly string[])[] = [];
  const questions = new AskedTogether<string, string>(turn, async (keys) => {
    asked.push(keys);
    await turn();
    return new Map(keys.flatMap((key) => (key === 'missing' ? [] : [[key, `is ${key}`]])));
  });
  return { asked, questions };
}
