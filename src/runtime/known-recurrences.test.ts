/** What recurs where processes of several releases run one context, by what each says that it knows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedContext } from '../context/bounded-context.ts';
import { recurring } from '../process/recurring.ts';
import { whenever } from '../reaction/whenever.ts';
import { recurrencesOfMembers, toldRecurrences } from './known-recurrences.ts';

const DAILY = { NightCame: '0 1 * * *' };
const LATER = { NightCame: '0 2 * * *', WeekEnded: '0 0 * * 0' };

test('the definition of the release that came up last counts, in whichever order they are listed', () => {
  const [older, newer] = [member(DAILY, 1), member(LATER, 2)];

  assert.deepEqual(cronsOf([older, newer]), LATER);
  assert.deepEqual(cronsOf([newer, older]), LATER);
});

test('a process of the older release that starts once more brings nothing back beside the others', () => {
  assert.deepEqual(cronsOf([member(DAILY, 1), member(LATER, 2), member(DAILY, 3)]), LATER);
});

test('after a way back to the older release its definition counts, and what only the newer knew ends', () => {
  assert.deepEqual(cronsOf([member(LATER, 2), member(DAILY, 3)]).NightCame, DAILY.NightCame);
  assert.deepEqual(cronsOf([member(DAILY, 3)]), DAILY);
});

test('what only one of them knows recurs as long as that one lives', () => {
  const other = { MonthEnded: '0 0 1 * *' };

  assert.deepEqual(cronsOf([member(other, 1), member(DAILY, 2)]), { ...other, ...DAILY });
});

test('two that came up at one moment are told apart by everybody alike', () => {
  const [one, two] = [member(DAILY, 1), member(LATER, 1)];

  assert.deepEqual(cronsOf([one, two]), cronsOf([two, one]));
});

function member(crons: Readonly<Record<string, string>>, since: number) {
  const reactions = Object.entries(crons).map(([name, cron]) =>
    whenever(`on ${name}`, recurring(name, { cron }), () => undefined),
  );
  return { knows: toldRecurrences(boundedContext('shop', { reactions }), since) };
}

function cronsOf(members: readonly ReturnType<typeof member>[]): Record<string, string> {
  return Object.fromEntries(recurrencesOfMembers(members).map(({ name, cron }) => [name, cron]));
}
