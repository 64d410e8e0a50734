import { kafka } from './kafka.ts';
import { kcat } from './kcat.ts';
import { nats } from './nats.ts';
import { pgbouncer } from './pgbouncer.ts';
import { postgres } from './postgres.ts';
import { rabbitmq } from './rabbitmq.ts';
import type { Service } from './service.ts';

/** What the tests of this project may need. The next one is a file here and its name in this list. */
export const services: readonly Service[] = [postgres, pgbouncer, nats, rabbitmq, kafka, kcat];
