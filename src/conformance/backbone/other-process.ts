/**
 * A process of its own that takes or publishes over a backbone, until it is killed. It says by messages to its
 * parent what it was given and what was confirmed, and acknowledges when it was told that all is kept.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Backbone, Consumer, Envelope } from '../../backbone/backbone.ts';
import { systemHost } from '../../host/host.ts';
import type { Mark } from '../../log/write-set.ts';

/** What it is to do, and over what. */
export type Task = {
  /** Its default export makes the backbone of the argument. */
  readonly module: string;
  readonly argument: unknown;
} & (
  | { readonly kind: 'take'; readonly consumer: Consumer; readonly limit: number }
  | {
      readonly kind: 'publish';
      readonly publisher: string;
      readonly batches: readonly (readonly Envelope[])[];
    }
);

/** What it says. */
export type Said =
  | {
      readonly kind: 'delivered';
      readonly messages: readonly Envelope[];
      readonly marks: readonly Mark[];
    }
  | { readonly kind: 'confirmed'; readonly ids: readonly string[] };

// Whoever started it may have been killed, too.
process.once('disconnect', () => process.exit());
const [task] = (await once(process, 'message')) as [Task];
const { default: backboneOf } = (await import(task.module)) as {
  default: (argument: unknown) => Backbone;
};
const backbone = backboneOf(task.argument);
await backbone.start({
  clock: systemHost().clock,
  published: async () => assert.fail('In the other process there is no store.'),
});
await (task.kind === 'take' ? take(task) : publish(task));

async function take({ consumer, limit }: Task & { readonly kind: 'take' }): Promise<never> {
  const inlet = await backbone.inlet(consumer);
  const { signal } = new AbortController();
  for (;;) {
    const delivery = await inlet.receive({ limit, signal });
    const { messages, marks } = delivery;
    if (messages.length === 0 && marks.length === 0) continue;
    const kept = once(process, 'message');
    say({ kind: 'delivered', messages, marks });
    await kept;
    await delivery.acknowledge();
  }
}

async function publish({ publisher, batches }: Task & { readonly kind: 'publish' }): Promise<void> {
  const outlet = await backbone.outlet(publisher);
  for (const batch of batches) {
    await outlet?.publish(batch);
    say({ kind: 'confirmed', ids: batch.map(({ id }) => id) });
  }
}

function say(said: Said): void {
  process.send?.(said);
}
