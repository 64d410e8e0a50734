import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudEvent } from 'cloudevents';
import fc from 'fast-check';
import { envelopeFrom, parseStructured } from '../backbone/cloud-event.ts';
import { envelopeOf } from '../backbone/envelope-of-record.ts';
import { outgoing, record } from '../conformance/log/samples.ts';
import type { StoredRecord } from '../log/record.ts';
import { exportedEvent } from './exported-event.ts';

const one = { context: 'ordering', isAll: false };

test('a record is a CloudEvent that the SDK accepts, and comes back as the same message', () => {
  fc.assert(
    fc.property(records(), (stored) => {
      const line = exportedEvent(stored, one);

      const event = new CloudEvent(JSON.parse(line) as object);
      const { data, position: _, ...message } = envelopeOf(stored);
      const { data: back, position: _none, ...returned } = messageOf(line);

      assert.equal(event.validate(), true);
      assert.deepEqual(event.data, JSON.parse(data));
      assert.deepEqual(returned, message);
      assert.deepEqual(JSON.parse(back), JSON.parse(data));
    }),
  );
});

test('whatever is in it, it is one line that moves no cursor and that every reader takes for one', () => {
  const text = 'a\nb\r\u2028c\u2029d\u0085e\u001b[31m\u202eg\u{1f381}';
  const data = `{\n  "text": ${JSON.stringify(text)},\r\n\t"total": 12345678901234567890\n}`;
  const stored = { ...outgoing({ key: text, data }), position: 1 };

  const line = exportedEvent(stored, one);

  assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  const event = JSON.parse(line) as { partitionkey: string; data: { text: string } };
  assert.equal(event.partitionkey, text);
  assert.equal(event.data.text, text);
  assert.ok(line.includes('12345678901234567890'), 'a number lost digits on the way');
});

test('when all is exported, an event says which log it stood in, as what, and where', () => {
  const fact = { ...record({ stream: 'order/o-1', version: 3 }), position: 12 };
  const message = { ...outgoing(), position: 13 };

  const [whole, other, plain] = [
    exportedEvent(fact, { context: 'ordering', isAll: true }),
    exportedEvent(message, { context: 'ordering', isAll: true }),
    exportedEvent(message, one),
  ].map((line) => JSON.parse(line) as Record<string, unknown>);

  const place = ({ context, direction, stream, streamversion, position }: typeof whole & {}) =>
    [context, direction, stream, streamversion, position] as const;
  assert.deepEqual(place(whole ?? {}), ['ordering', 'domain', 'order/o-1', '3', '12']);
  assert.deepEqual(place(other ?? {}), ['ordering', 'outgoing', undefined, undefined, '13']);
  assert.deepEqual(place(plain ?? {}), [undefined, undefined, undefined, undefined, '13']);
});

function messageOf(line: string) {
  const { attributes, data } = parseStructured(line) ?? assert.fail('it is no CloudEvent');
  const source = decodeURIComponent(attributes['source']?.slice(1) ?? '');
  return envelopeFrom(attributes, data, { id: 'none', type: 'none', source, at: 0 });
}

function records(): fc.Arbitrary<StoredRecord> {
  const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
  return fc.record({
    id: text,
    direction: fc.constant('outgoing' as const),
    stream: fc.constant(null),
    version: fc.constant(null),
    type: text,
    schemaVersion: fc.integer({ min: 1, max: 50 }),
    key: text,
    data: fc.json(),
    source: text,
    occurredAt: time,
    recordedAt: time,
    correlationId: text,
    causationId: text,
    traceparent: fc.option(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')),
    metadata: fc.option(fc.dictionary(text, text).map((metadata) => JSON.stringify(metadata))),
    position: fc.integer({ min: 1 }),
  });
}
