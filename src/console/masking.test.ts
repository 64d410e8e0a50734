/** What is personal is masked for whoever may not see it, wherever the console tells of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MASKED } from '../context/personal-data.ts';
import type { Application } from '../runtime/application.ts';
import { consoleFor } from './console.ts';
import { NAME, register, registered } from './fixtures/personal.ts';
import { eventsOf } from './fixtures/watched.ts';
import { OWN_HEADER } from './same-site.ts';
import type { Tail } from './api.ts';

const parked = { context: 'people', subscription: 'greet', key: 'p-1' };

describe('of somebody who has registered', () => {
  let app: Application;
  let handler: ReturnType<typeof consoleFor>;
  let id: string;

  before(async () => {
    ({ app } = await registered());
    handler = consoleFor(app, {
      authenticate: ({ headers }) => ({
        name: 'ada',
        role: 'operator',
        seesPersonal: headers.get('x-user') === 'dpo',
      }),
    });
    id = (await app.parked())[0]?.recordId ?? '';
  });
  after(async () => {
    handler.close();
    await app.stop();
  });

  const to = (path: string, user: string, init: RequestInit = {}): Promise<Response> =>
    handler(
      new Request(`http://localhost/console/api/${path}`, {
        ...init,
        headers: { 'x-user': user, 'content-type': 'application/json', [OWN_HEADER]: '1' },
      }),
    );
  const asked = async (path: string, user: string): Promise<string> =>
    (await to(path, user)).text();
  const ofParked = (): string =>
    `parked-record?${new URLSearchParams({ id, ...parked }).toString()}`;

  const telling = [
    () => 'records',
    () => 'record?context=people&position=1',
    () => 'stream?id=person/p-1',
    () => 'state?id=person/p-1',
    () => 'trace?id=action',
    () => 'processes',
    () => `why?id=${id}`,
    ofParked,
  ];

  test('the name is masked, unless who asks may see it', async () => {
    for (const path of telling.map((each) => each())) {
      assert.ok(!(await asked(path, 'clerk')).includes(NAME), `${path} as a clerk`);
      assert.ok((await asked(path, 'dpo')).includes(NAME), `${path} as who may see it`);
    }
  });

  test('what waits with a timer is not told at all', async () => {
    for (const user of ['clerk', 'dpo']) {
      const timers = await asked('timers', user);
      assert.match(timers, /people\.Reminded/);
      assert.ok(!timers.includes(NAME), `as a ${user}`);
    }
  });

  test('a live log masks the name as it comes', async () => {
    const clerk = eventsOf(await to('tail', 'clerk'));
    const dpo = eventsOf(await to('tail', 'dpo'));
    await Promise.all([clerk.next(), dpo.next()]);

    await register(app, 'p-2');

    assert.deepEqual(await firstData(clerk), { id: 'p-2', name: MASKED });
    assert.deepEqual(await firstData(dpo), { id: 'p-2', name: NAME });
  });

  test('a copy that somebody has edited is masked like the record itself, in the audit trail, too', async () => {
    const edited = { data: { id: 'p-1', name: 'Grace Brewster Hopper' } };
    const body = JSON.stringify({ ...parked, recordId: id, edited, why: 'her whole name' });

    const answer = await to('redrive', 'dpo', { method: 'POST', body });

    assert.match(await answer.text(), /parked-again/);
    for (const path of [ofParked(), 'audit']) {
      const seen = await asked(path, 'clerk');
      assert.match(seen, /her whole name/);
      assert.ok(!seen.includes('Hopper'), path);
      assert.ok((await asked(path, 'dpo')).includes('Grace Brewster Hopper'), path);
    }
  });
});

async function firstData(events: ReturnType<typeof eventsOf>): Promise<unknown> {
  const { value } = await events.next();
  assert.equal(value?.event, 'tail');
  return (value.data as Tail).records[0]?.data;
}
