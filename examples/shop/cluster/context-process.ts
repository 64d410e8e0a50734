/**
 * The program that runs a part of the shop's contexts in a process of its own, for its parent, which
 * asks for everything. It ends in order when it is told to; when its parent is gone, at once, which
 * loses nothing.
 *
 *     node context-process.ts '{"contexts":["billing"],"store":"postgres://…",…}'
 */
import { run, type Application } from 'thereupon';
import { keepPricesIn } from '../catalogue/keep-prices.ts';
import { contexts } from '../contexts.ts';
import { GatewayClient } from '../gateway/client.ts';
import { logForPeople } from '../log-for-people.ts';
import { storeOf } from '../shop-place.ts';
import { answer } from './answer.ts';
import { backboneAt } from './backbone-url.ts';
import { factsOf, type Question, type Told } from './calls.ts';

export type ContextProcessOptions = {
  /** Those that run here. */
  readonly contexts: readonly string[];
  readonly directory: string;
  readonly store: string | undefined;
  /** The address of a broker. Undefined: contexts read each other's logs. */
  readonly backbone: string | undefined;
  /** What the names of what is made there begin with. */
  readonly prefix: string;
  readonly gatewayPort: number;
  readonly businessTime: 'clock' | 'watermark';
};

const options = JSON.parse(process.argv[2] ?? '{}') as ContextProcessOptions;

process.on('disconnect', endAtOnce);
// Ctrl-C in a terminal reaches the parent as well, which then tells when it is time.
process.on('SIGINT', () => undefined);

const gateway = new GatewayClient({ port: options.gatewayPort });
try {
  const app = await run(contexts, {
    store: storeOf(options),
    only: options.contexts,
    ...(options.backbone === undefined
      ? {}
      : { backbone: backboneAt(options.backbone, options.prefix) }),
    dependencies: { gateway },
    businessTime: options.businessTime,
    logger: logForPeople((text) => process.stderr.write(text)),
  });
  process.on('SIGTERM', () => void end(app));
  process.on('message', (question: Question) => void respond(app, question));
  await tell({ told: 'running' });
} catch (error) {
  await tell({ told: 'not-running', why: factsOf(error) });
  leave();
}

async function respond(app: Application, { number, call }: Question): Promise<void> {
  if (call.ask === 'stop') return end(app);
  try {
    const result = await answer(app, keepPricesIn(app), call);
    await tell({ told: 'result', number, result });
  } catch (error) {
    await tell({ told: 'failure', number, why: factsOf(error) });
  }
}

/** Resolves when it is sent, or when nobody is there any more who would want to know. */
function tell(told: Told): Promise<void> {
  return new Promise((resolve) => process.send?.(told, undefined, undefined, () => resolve()));
}

async function end(app: Application): Promise<void> {
  try {
    await app.stop();
  } finally {
    leave();
  }
}

/** Nothing keeps the process alive any more. */
function leave(): void {
  gateway.close();
  process.off('disconnect', endAtOnce);
  if (process.connected) process.disconnect();
}

function endAtOnce(): void {
  process.exit(1);
}
