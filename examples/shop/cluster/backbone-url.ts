/** What is between the processes of the cluster when it is not their logs themselves. */
import type { ThereuponConfig } from 'thereupon';
import { kafka } from 'thereupon/kafka';
import { nats } from 'thereupon/nats';
import { rabbitmq } from 'thereupon/rabbitmq';
import { OptionError } from '../option-error.ts';

type Backbone = NonNullable<ThereuponConfig['backbone']>;
type Make = (url: string, prefix: string) => Backbone;

/** By the protocol of its address. */
const makers: Readonly<Record<string, Make>> = {
  'nats:': (servers, prefix) => nats({ servers, prefix }),
  'amqp:': (url, prefix) => rabbitmq({ url, prefix }),
  'amqps:': (url, prefix) => rabbitmq({ url, prefix }),
  'kafka:': (brokers, prefix) => kafka({ brokers, prefix }),
};

/** @throws {OptionError} for what leads to none. */
export function backboneUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).protocol in makers)) return text;
  const kinds = 'nats://HOST, amqp://USER:PASSWORD@HOST or kafka://HOST';
  throw new OptionError(option, `takes ${kinds}, not "${text}"`);
}

/** @param prefix what the names of what it makes there begin with */
export function backboneAt(url: string, prefix: string): Backbone {
  const make = makers[new URL(url).protocol] as Make;
  return make(url, prefix);
}
