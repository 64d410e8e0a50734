import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../option-error.ts';
import { backboneUrl } from './backbone-url.ts';

test('one address, and several of NATS or Kafka with commas between, lead to a backbone', () => {
  for (const text of [
    'nats://localhost:4222',
    'amqp://guest:guest@localhost',
    'kafka://localhost:9092',
    'nats://shop:right@one:4222,nats://shop:right@two:4222',
    'nats://one:4222,nats://two:4222,nats://three:4222',
    'kafka://one:9092,kafka://two:9092',
  ])
    assert.equal(backboneUrl('--backbone', text), text);
});

test('what leads to none is refused, as are addresses of two kinds and several of RabbitMQ', () => {
  for (const text of [
    'nonsense',
    'http://localhost',
    'nats://one:4222,kafka://two:9092',
    'nats://one:4222,',
    'amqp://one,amqp://two',
  ])
    assert.throws(() => backboneUrl('--backbone', text), OptionError);
});
