/** A gateway that ends by accident, as a real process. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepGateway, type KeptGateway } from './keep-gateway.ts';

const directory = mkdtempSync(join(tmpdir(), 'kept-gateway-'));
after(() => rmSync(directory, { recursive: true }));

type Told = {
  readonly lines: readonly string[];
  /** Resolves when so many lines were told that say this. */
  readonly until: (says: RegExp, times?: number) => Promise<void>;
};

async function withGateway(
  name: string,
  test: (gateway: KeptGateway, told: Told) => Promise<void>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  let heard = (): void => {};
  const tell = (text: string): void => {
    lines.push(text);
    heard();
  };
  const until = async (says: RegExp, times = 1): Promise<void> => {
    while (lines.filter((line) => says.test(line)).length < times)
      await new Promise<void>((resolve) => (heard = resolve));
  };
  const dataFile = join(directory, name);
  const gateway = await keepGateway({ dataFile, tell, firstDelayMs: 5, delayMsMax: 20 });
  try {
    await test(gateway, { lines, until });
  } finally {
    await gateway.close();
  }
  return lines;
}

const charge = { orderId: 'order-1', amountPence: 200 };
const once = { idempotencyKey: 'order-1' };

test('a gateway that is killed is started again, and its answers are those of before', async () => {
  await withGateway('killed.sqlite', async (gateway, told) => {
    const first = await gateway.client.charge(charge, once);
    const { pid } = gateway;
    process.kill(pid, 'SIGKILL');
    await told.until(/runs again/);

    assert.deepEqual(await gateway.client.charge(charge, once), first);
    assert.notEqual(gateway.pid, pid);
    assert.deepEqual(told.lines, [
      'The payment gateway has ended (SIGKILL); it is started again in 5 ms.',
      'The payment gateway runs again; what waited for it goes on.',
    ]);
  });
});

test('a gateway that was switched off is off when it is started again', async () => {
  await withGateway('off.sqlite', async (gateway, told) => {
    await gateway.switchTo('off');
    process.kill(gateway.pid, 'SIGKILL');
    await told.until(/runs again/);

    await assert.rejects(gateway.client.charge(charge, once), { code: 'gateway-off' });
    await gateway.switchTo('on');
    assert.equal((await gateway.client.charge(charge, once)).status, 'charged');
  });
});

test('one that cannot be started is tried again after longer waits, up to a longest, until it can', async () => {
  await withGateway('broken.sqlite', async (gateway, told) => {
    const file = join(directory, 'broken.sqlite');
    renameSync(file, `${file}.away`);
    mkdirSync(file);
    process.kill(gateway.pid, 'SIGKILL');
    await told.until(/could not be started/, 4);
    rmSync(file, { recursive: true });
    renameSync(`${file}.away`, file);
    await told.until(/runs again/);

    const waits = told.lines.map((line) => /again in (\d+) ms/.exec(line)?.[1]);
    assert.deepEqual(waits.slice(0, 5), ['5', '10', '20', '20', '20']);
    assert.equal((await gateway.client.charge(charge, once)).status, 'charged');
  });
});

test('one that is closed is not started again, and leaves no process', async () => {
  let pid = 0;
  const lines = await withGateway('closed.sqlite', async (gateway) => {
    pid = gateway.pid;
  });

  assert.deepEqual(lines, []);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('one that is closed while it waits to be started again is not started', async () => {
  const lines = await withGateway('waiting.sqlite', async (gateway, told) => {
    process.kill(gateway.pid, 'SIGKILL');
    await told.until(/has ended/);
  });

  assert.equal(lines.length, 1);
});
