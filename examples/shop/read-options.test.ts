import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import { OptionError } from './option-error.ts';
import { readOptions, wholeNumber } from './read-options.ts';

const options = {
  data: { type: 'string', default: './data' },
  port: { type: 'string' },
  exit: { type: 'boolean', default: false },
} as const;

test('a value stands behind its option or in the same word, and may begin with a dash', () => {
  assert.deepEqual(
    { ...readOptions(['--data', 'x', '--port', '-1', '--exit'], options) },
    {
      data: 'x',
      port: '-1',
      exit: true,
    },
  );
  assert.deepEqual({ ...readOptions(['--data=--odd'], options) }, { data: '--odd', exit: false });
});

const mistakes: readonly (readonly [readonly string[], string])[] = [
  [['--bogus'], '--bogus is not known.'],
  [['-x'], '-x is not known.'],
  [['orders.csv'], '"orders.csv" is no option.'],
  [['--', '--exit'], '"--" is no option.'],
  [['--data'], '--data needs a value.'],
  [['--data', ''], '--data needs a value.'],
  [['--data='], '--data needs a value.'],
  [['--data', '--exit'], '--data needs a value, and "--exit" comes next.'],
  [['--exit=no'], '--exit takes no value, and was given "no".'],
];
for (const [words, says] of mistakes) {
  test(`"${words.join(' ')}" is one line that says what is wrong`, () => {
    assert.throws(() => readOptions(words, options), refusal(says));
  });
}

test('a whole number is one within its bounds, written in digits', () => {
  const bounds = { min: 1, max: 100 };

  assert.equal(wholeNumber('--kills', '100', bounds), 100);
  for (const text of ['0', '101', '-1', '1.5', '1e1', '0x10', 'abc', ' 1', 'NaN']) {
    const says = `--kills takes a whole number from 1 to 100; not "${text}".`;
    assert.throws(() => wholeNumber('--kills', text, bounds), refusal(says));
  }
});

test('the shop takes whole ports and seeds, and a rate in parts', () => {
  assert.equal(readCommandLine(['--rate', '0.5']).rate, 0.5);
  for (const words of [
    ['--port', 'abc'],
    ['--port', '-1'],
    ['--port', '70000'],
    ['--port', '80.5'],
    ['--seed', '1.5'],
    ['--rate', '-1'],
    ['--rate', '1001'],
    ['--exit'],
  ]) {
    assert.throws(() => readCommandLine(words), { name: 'OptionError', option: words[0] });
  }
});

function refusal(says: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof OptionError);
    assert.equal(error.message, `${says} See --help.`);
    return true;
  };
}
