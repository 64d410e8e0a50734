import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectTo, connectTo } from './credentials.ts';
import { nats } from './nats-backbone.ts';
import { NatsOptionError } from './nats-option-error.ts';

const EXAMPLES: readonly (readonly [string | readonly string[], ConnectTo])[] = [
  ['nats://host:4222', { servers: ['nats://host:4222'] }],
  ['host', { servers: ['host'] }],
  ['nats://[::1]:4222', { servers: ['nats://[::1]:4222'] }],
  ['nats://shop:right@host', { servers: ['nats://host'], user: 'shop', pass: 'right' }],
  ['shop:right@host:1', { servers: ['host:1'], user: 'shop', pass: 'right' }],
  ['tls://s%40p:a%3Ab%25@host', { servers: ['tls://host'], user: 's@p', pass: 'a:b%' }],
  ['nats://shop:r@ht:100%@host', { servers: ['nats://host'], user: 'shop', pass: 'r@ht:100%' }],
  ['nats://right@host', { servers: ['nats://host'], token: 'right' }],
  [['nats://s:r@a', 'nats://s:r@b'], { servers: ['nats://a', 'nats://b'], user: 's', pass: 'r' }],
  [['nats://s:r@a', 'nats://b'], { servers: ['nats://a', 'nats://b'], user: 's', pass: 'r' }],
];

for (const [servers, expected] of EXAMPLES)
  test(`credentials are taken out of ${[servers].flat().join(' and ')}`, () => {
    assert.deepEqual(connectTo({ servers }), expected);
  });

for (const [what, options] of [
  ['different for each server', { servers: ['nats://shop:secret@a', 'nats://shop:secret2@b'] }],
  [
    'in the address and beside it',
    { servers: 'nats://shop:secret@a', user: 'shop', pass: 'other' },
  ],
] as const)
  test(`credentials that are ${what} are refused, without a word of what they are`, () => {
    assert.throws(
      () => nats(options),
      (error) => error instanceof NatsOptionError && !/secret|other/.test(error.message),
    );
  });
