import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import { rejection, start } from '../runtime/fixtures/start.ts';
import { boundedContext } from './bounded-context.ts';
import { MASKED, PersonalDataError, masked } from './personal-data.ts';
import { publish } from './publication.ts';

interface Data {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly address: { readonly street: string; readonly lines: readonly string[] };
  readonly country: string;
}
const customer = aggregate({
  name: 'customer',
  initial: { count: 0 },
  decide: ({ data }: Fact<'Register', Data>) => [{ type: 'Registered' as const, data }],
  evolve: ({ count }: { count: number }, _event: Fact<'Registered', Data>) => ({
    count: count + 1,
  }),
  personal: { Registered: ['email', 'name', 'address'] },
});
const data: Data = {
  id: 'c-1',
  email: 'Ann@example.org',
  name: null,
  address: { street: 'High Street', lines: ['1', 'London'] },
  country: 'United Kingdom',
};

/** Publishes what `translate` makes of the event. */
function registering(translate: (from: Data) => unknown, personal: readonly 'text'[] = []) {
  const Registered = contract('customers.Registered', {
    version: 1,
    schema: z.object({ id: z.string(), text: z.json() }),
    key: ({ id }) => id,
    personal,
  });
  return boundedContext('customers', {
    aggregates: [customer],
    publishes: [
      publish(Registered, customer, 'Registered', (event) => ({
        id: event.data.id,
        text: translate(event.data) as string,
      })),
    ],
  });
}

const leaks: [string, (from: Data) => unknown][] = [
  ['under another name', ({ email }) => email],
  ['as part of a longer text', ({ email, id }) => `${id} <${email}>`],
  ['in another case', ({ email }) => email.toLowerCase()],
  ['inside a list', ({ email }) => [1, { contact: [email] }]],
  ['as the name of a field', ({ email }) => ({ [email]: true })],
  ['from deep inside', ({ address }) => address.lines[1]],
  ['as a whole', ({ address }) => address],
];
for (const [how, translate] of leaks) {
  test(`personal data that would leave ${how} is refused, and nothing is changed`, async (t) => {
    const app = await start(t, [registering(translate)]);

    const error = await rejection(
      app.handle(customer, 'c-1', { type: 'Register', data }),
      PersonalDataError,
    );

    assert.equal(error.field, 'text');
    assert.match(error.message, /would carry the personal field.*list the field under "personal"/);
    assert.ok(!error.message.includes('Ann'), 'the error itself tells nothing');
    const again = await app
      .handle(customer, 'c-2', { type: 'Register', data })
      .catch(() => undefined);
    assert.equal(again, undefined);
  });
}

test('what the contract lists as personal may leave', async (t) => {
  const app = await start(t, [registering(({ email }) => email, ['text'])]);

  const { version } = await app.handle(customer, 'c-1', { type: 'Register', data });

  assert.equal(version, 1);
});

test('what is not personal may leave, also when it is the same as something that is', async (t) => {
  const app = await start(t, [registering(({ country }) => country)]);
  const same = { ...data, country: data.email };

  const { version } = await app.handle(customer, 'c-1', { type: 'Register', data: same });

  assert.equal(version, 1);
});

test('in what is shown, personal fields are masked', () => {
  const shown = masked(data, ['email', 'address']);

  assert.deepEqual(shown, { ...data, email: MASKED, address: MASKED });
  assert.deepEqual(masked('text', ['email']), 'text');
  assert.deepEqual(masked(data, []), data);
});
