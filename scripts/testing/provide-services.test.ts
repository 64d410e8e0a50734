import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service, SharedService } from '../services/service.ts';
import type { Need } from './needed-services.ts';
import { provideServices } from './provide-services.ts';

const nothingRequired = new Set<string>();

test('files that share a server get the same one, and it ends with the run', async () => {
  const { service, events } = serviceThat({});

  const provided = await provideServices([shared(service), shared(service)], nothingRequired, {});
  assert.equal(provided.obstacle([shared(service)]), undefined);
  assert.deepEqual(provided.environment, { SHELF_URL: 'shelf://started' });
  assert.deepEqual(provided.lines, ['Shelf 1.0 (Debian), started for this run']);
  await provided.close();

  assert.deepEqual(events, ['started', 'closed']);
});

test('nothing is started for files that start their own', async () => {
  const { service, events } = serviceThat({});

  const provided = await provideServices([own(service)], nothingRequired, {});

  assert.equal(provided.obstacle([own(service)]), undefined);
  assert.deepEqual(events, []);
});

test('a server that the environment names is used, and left alone', async () => {
  const { service, events } = serviceThat({ isThere: false });
  const given = { SHELF_URL: 'shelf://mine' };

  const provided = await provideServices([shared(service)], nothingRequired, given);
  await provided.close();

  assert.equal(provided.obstacle([shared(service)]), undefined);
  assert.deepEqual(provided.environment, given);
  assert.deepEqual(events, []);
});

test('a server that the environment names and that does not answer is a failure', async () => {
  const { service } = serviceThat({ isAnswering: false });
  const given = { SHELF_URL: 'shelf://mine' };

  const provided = await provideServices([shared(service)], nothingRequired, given);

  const obstacle = provided.obstacle([shared(service)]);
  assert.equal(obstacle?.isFailure, true);
  assert.match(obstacle?.reason ?? '', /SHELF_URL leads to shelf:\/\/mine, where nothing answers/);
});

for (const need of [shared, own]) {
  test(`where it is missing, a file with its ${need.name} server is skipped, and told why`, async () => {
    const { service } = serviceThat({ isThere: false });

    const provided = await provideServices([need(service)], nothingRequired, {});

    assert.deepEqual(provided.obstacle([need(service)]), {
      reason: 'Shelf: There is none here. Buy one.',
      isFailure: false,
    });
    assert.equal(provided.obstacle([]), undefined);
  });

  for (const name of ['shelf', 'all']) {
    test(`where ${name} is required, a file with its ${need.name} server fails`, async () => {
      const { service } = serviceThat({ isThere: false });

      const provided = await provideServices([need(service)], new Set([name]), {});

      assert.deepEqual(provided.obstacle([need(service)]), {
        reason: 'Shelf: There is none here. Buy one. It is required here.',
        isFailure: true,
      });
    });
  }
}

test('a server that is here and does not start is a failure, required or not', async () => {
  const { service } = serviceThat({ isStarting: false });

  const provided = await provideServices([shared(service)], nothingRequired, {});

  assert.deepEqual(provided.obstacle([shared(service)]), { reason: 'it broke', isFailure: true });
});

function shared(service: Service): Need {
  return { service, isShared: true };
}

function own(service: Service): Need {
  return { service, isShared: false };
}

/** A service that answers, or does not, without any server. */
function serviceThat({ isThere = true, isStarting = true, isAnswering = true }): {
  service: Service;
  events: string[];
} {
  const events: string[] = [];
  const start: SharedService['start'] = async () => {
    if (!isStarting) throw new Error('it broke');
    events.push('started');
    const close = async (): Promise<void> => void events.push('closed');
    return { version: '1.0', url: 'shelf://started', close };
  };
  const versionAt: SharedService['versionAt'] = async () => {
    if (!isAnswering) throw new Error('refused');
    return '1.0';
  };
  const service: Service = {
    name: 'shelf',
    title: 'Shelf',
    startedBy: 'startShelf',
    howToGet: 'Buy one.',
    find: () => (isThere ? { version: '1.0', from: 'Debian' } : undefined),
    shared: { takenBy: 'sharedShelf', variable: 'SHELF_URL', start, versionAt },
  };
  return { service, events };
}
