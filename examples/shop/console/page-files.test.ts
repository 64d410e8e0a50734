/** The files of the console's page, as a browser takes them over a slow line. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { boundedContext } from 'thereupon';
import { serveConsole } from 'thereupon/console';
import { memory } from 'thereupon/memory';

test('the files of the page come small to whoever can read them so, and as they are to others', async () => {
  const store = memory();
  const served = await serveConsole(
    { contexts: [boundedContext('ordering', {})], store },
    { port: 0 },
  );
  try {
    const page = await (await fetch(`${served.url}/`)).text();
    const [name] = /assets\/index-[\w-]+\.js/.exec(page) ?? [];
    assert.ok(name);
    const [plain, small] = [
      await taken(`${served.url}/${name}`, {}),
      await taken(`${served.url}/${name}`, { 'accept-encoding': 'br, gzip' }),
    ];

    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(small.headers['content-encoding'], 'gzip');
    assert.equal(small.headers.vary, 'accept-encoding');
    assert.ok(small.bytes.length < plain.bytes.length / 2);
    assert.ok(gunzipSync(small.bytes).equals(plain.bytes));
  } finally {
    await served.close();
  }
});

async function taken(url: string, headers: Record<string, string>) {
  const asked = get(url, { headers });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { headers: answer.headers, bytes: await buffer(answer) };
}
