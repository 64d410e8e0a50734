/** What is between the processes of the cluster when it is not their logs themselves. */
import type { ThereuponConfig } from 'thereupon';
import { kafka } from 'thereupon/kafka';
import { nats } from 'thereupon/nats';
import { rabbitmq } from 'thereupon/rabbitmq';
import { OptionError } from '../option-error.ts';

type Backbone = NonNullable<ThereuponConfig['backbone']>;
type Make = (urls: readonly string[], prefix: string) => Backbone;

/** What is kept on several servers is kept on so many of them. */
const REPLICAS = 3;

/** By the protocol of its address. */
const makers: Readonly<Record<string, Make>> = {
  'nats:': (servers, prefix) =>
    nats({ servers, prefix, replicas: Math.min(REPLICAS, servers.length) }),
  'amqp:': ([url = ''], prefix) => rabbitmq({ url, prefix }),
  'amqps:': ([url = ''], prefix) => rabbitmq({ url, prefix }),
  'kafka:': (brokers, prefix) => kafka({ brokers, prefix }),
};

/** @throws {OptionError} for what leads to none. */
export function backboneUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const urls = text.split(',');
  const protocols = new Set(urls.map((url) => (URL.canParse(url) ? new URL(url).protocol : '')));
  const [protocol = ''] = protocols;
  const isMany = urls.length > 1 && protocol.startsWith('amqp');
  if (protocols.size === 1 && protocol in makers && !isMany) return text;
  const kinds =
    'nats://USER:PASSWORD@HOST, amqp://USER:PASSWORD@HOST or kafka://HOST, of NATS and Kafka several with commas between';
  throw new OptionError(option, `takes ${kinds}, not "${text}"`);
}

/** @param prefix what the names of what it makes there begin with */
export function backboneAt(text: string, prefix: string): Backbone {
  const urls = text.split(',');
  const make = makers[new URL(urls[0] as string).protocol] as Make;
  return make(urls, prefix);
}
