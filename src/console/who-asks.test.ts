import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { About } from './api.ts';
import { contexts } from './fixtures/personal.ts';
import { ConsoleOptionError } from './console-options.ts';
import { consoleFor } from './console.ts';
import { HERE, failureOf, watched } from './fixtures/watched.ts';
import { memory } from '../adapters/memory/memory-store.ts';

const operator = 'an operator token';
const viewer = 'a viewer token 123';

test('without tokens only this machine is let in, under its own name', async () => {
  const { get, console, close } = await watched();
  const about = 'http://localhost/console/api/about';
  try {
    assert.equal((await get('api/about')).status, 200);
    assert.equal((await get('api/about', {}, { address: '::1' })).status, 200);
    // Nobody says where the connection comes from.
    assert.equal((await get('api/about', {}, null)).status, 403);
    assert.equal((await get('api/about', {}, { address: '10.0.0.7' })).status, 403);
    // Through a proxy on this machine.
    for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'via', 'cf-connecting-ip'])
      assert.equal((await get('api/about', { [name]: '10.0.0.7' })).status, 403, name);
    // A name that somebody else's server gives out for 127.0.0.1.
    const rebound = new Request(about.replace('localhost', 'evil.example'));
    assert.equal((await console(rebound, HERE)).status, 403);
    // As Hono on Node tells of the connection.
    const incoming = { socket: { remoteAddress: '127.0.0.1' } };
    assert.equal((await console(new Request(about), { incoming })).status, 200);
  } finally {
    await close();
  }
});

test('an authentication that fails lets nobody in, and tells nothing of the application', async () => {
  const { get, close } = await watched({
    authenticate: () => Promise.reject(new TypeError('connect ECONNREFUSED 10.0.0.5:5432')),
  });
  try {
    const answer = await get('api/about');

    assert.equal(answer.status, 403);
    assert.doesNotMatch(await answer.text(), /10\.0\.0\.5/);
  } finally {
    await close();
  }
});

test('with tokens whoever knows one is let in, from anywhere, as what it stands for', async () => {
  const { get, close } = await watched({ tokens: { operator, viewer } });
  try {
    const asked = (token: string) => get('api/about', { authorization: `Bearer ${token}` }, null);

    assert.equal(await roleOf(asked(operator)), 'operator');
    assert.equal(await roleOf(asked(viewer)), 'viewer');
    assert.equal((await asked('another token 12345')).status, 401);
    assert.equal((await get('api/about')).status, 401);
    assert.equal((await get('api/pulse')).status, 401);
    assert.equal((await get('assets/page.js')).status, 401);
  } finally {
    await close();
  }
});

test('a person enters the token in a form, which sets a cookie that no script can read', async () => {
  const { get, console, close } = await watched({ tokens: { operator } });
  const enter = (token: string) =>
    console(
      new Request('http://localhost/console/sign-in', {
        method: 'POST',
        body: new URLSearchParams({ token }),
      }),
      null,
    );
  try {
    const form = await get('', { accept: 'text/html' });
    const wrong = await enter('not the token at all');
    const right = await enter(operator);

    assert.equal(form.status, 401);
    assert.match(await form.text(), /<form method="post" action="\/console\/sign-in">/);
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers.get('set-cookie'), null);
    assert.equal(right.status, 303);
    assert.equal(right.headers.get('location'), '/console/');
    const cookie = right.headers.get('set-cookie') ?? '';
    assert.match(cookie, /; Path=\/console; HttpOnly; SameSite=Strict/);
    assert.ok(!cookie.includes(encodeURIComponent(operator)));
    const session = cookie.split(';')[0] as string;
    assert.equal((await get('api/about', { cookie: session }, null)).status, 200);
  } finally {
    await close();
  }
});

test("the application's own authentication says who it is, and nobody else is let in", async () => {
  const { get, close } = await watched({
    authenticate: (request) =>
      request.headers.get('x-user') === 'ada' ? { name: 'ada', role: 'viewer' } : undefined,
  });
  try {
    assert.equal((await get('api/about')).status, 401);
    const about = await get('api/about', { 'x-user': 'ada' }, null);
    assert.equal(((await about.json()) as About).who, 'ada');
  } finally {
    await close();
  }
});

test('a viewer changes nothing', async () => {
  const { post, close } = await watched({ tokens: { operator, viewer } });
  try {
    const body = { context: 'ordering', model: 'book@1', why: 'because' };
    for (const action of ['redrive', 'discard', 'rebuild', 'take-back']) {
      const answer = await post(action, body, { authorization: `Bearer ${viewer}` });
      assert.equal(answer.status, 403, action);
      assert.equal((await failureOf(answer)).code, 'viewer');
    }
  } finally {
    await close();
  }
});

test('a request that another site could send changes nothing', async () => {
  const { post, console, close } = await watched();
  const body = { context: 'ordering', model: 'book@1', why: 'because' };
  try {
    const foreign: readonly Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'content-type': 'text/plain' },
    ];
    for (const headers of foreign)
      assert.equal((await post('rebuild', body, headers)).status, 403, JSON.stringify(headers));
    const form = new Request('http://localhost/console/api/rebuild', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal((await console(form, HERE)).status, 403);
    const own = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin', host: 'localhost' };
    assert.equal((await post('rebuild', body, own)).status, 200);
  } finally {
    await close();
  }
});

test('every answer forbids scripts of others, frames, and guessing of types', async () => {
  const { get, close } = await watched({ tokens: { operator } });
  try {
    const paths = ['', 'api/about', 'nothing', 'assets/none.js'];
    const bearer = { authorization: `Bearer ${operator}` };
    const answers = await Promise.all([
      ...paths.map((path) => get(path, bearer)),
      get('', { accept: 'text/html' }),
    ]);

    for (const { headers } of answers) {
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.ok(!policy.includes('unsafe'));
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  } finally {
    await close();
  }
});

test('a console that would protect nothing is not set up', () => {
  const config = { contexts, store: memory() };
  const wrong: readonly (readonly [object, string])[] = [
    [{ tokens: { operator: 'short' } }, 'tokens'],
    [{ tokens: { operator: undefined } }, 'tokens'],
    [{ tokens: {} }, 'tokens'],
    [{ tokens: { operator }, authenticate: () => undefined }, 'authenticate'],
    [{ path: 'console' }, 'path'],
    [{ path: '/console/' }, 'path'],
  ];
  for (const [options, option] of wrong)
    assert.throws(
      () => consoleFor(config, options),
      (error: unknown) => error instanceof ConsoleOptionError && error.option === option,
      JSON.stringify(options),
    );
  assert.throws(() => consoleFor({ handle: async () => ({}) as never }), ConsoleOptionError);
});

async function roleOf(answer: Promise<Response>): Promise<string> {
  return ((await (await answer).json()) as About).role;
}
