import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackboneUnavailableError } from './backbone.ts';

test('that a backbone cannot be reached is told with what the client says of it', () => {
  const told = (cause: unknown): string => new BackboneUnavailableError('nats', cause).message;

  assert.match(
    told(new Error('Authorization Violation')),
    /reached \(Authorization Violation\)\. N/,
  );
  assert.match(told('nothing came\n in time.'), /reached \(nothing came in time\)\. N/);
  // Where several addresses were tried in vain there is a code alone.
  const nowhere = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  assert.match(told(nowhere), /reached \(ECONNREFUSED\)\. N/);
  for (const nothing of [undefined, null, {}, new Error('')])
    assert.match(told(nothing), /cannot be reached\. Nothing is lost/);
  assert.ok(told('x'.repeat(10_000)).length < 600);
});
