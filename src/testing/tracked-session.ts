import { type CausationTree, causationTrees } from '../telemetry/causation-tree.ts';
import { type TreeLine, drawnTree } from '../telemetry/drawn-tree.ts';
import { type Story, assertStory, byContext } from './story.ts';
import { lineText } from './story-line.ts';
import type { Tracked } from './tracked-records.ts';

/** A line that is drawn is cut to so many characters. */
const WIDTH = 1_000;

/**
 * Everything that something caused, in all contexts, as a tree: each record under the one that
 * caused it, and what was parked or waits for its time under the one that it is about.
 *
 * @example
 * const shop = await testApplication([ordering, billing]);
 * const session: TrackedSession = await shop.track(() =>
 *   shop.handle(order, 'o-1', { type: 'PlaceOrder', data: { orderId: 'o-1', totalPence: 1530 } }),
 * );
 * session.thenOnly(`
 *   ordering: OrderPlaced o-1 {"totalPence":1530}
 *     ordering: published ordering.OrderPlaced
 *       billing: took in ordering.OrderPlaced
 * `);
 */
export interface TrackedSession {
  /** What happened, as data. */
  readonly tree: readonly Story[];
  /**
   * This happened, and nothing else. Each line says `context: Type key {"field":"value"}`, and
   * stands under the one that caused it; key, data and fields of the data may be left out. Before
   * the type of what is no domain event stands what it is: `published`, `took in`, `timer`,
   * `set timer`, `parked`, `held`, `unfinished`.
   *
   * Lines under one cause stand in the order in which they happened, context by context.
   *
   * @throws {ExpectationError} with the difference, line by line.
   */
  thenOnly(this: void, story: string): void;
  /** Nothing happened at all. */
  thenNothing(this: void): void;
  /** The tree, drawn; `thenOnly` takes it as it is. */
  toString(this: void): string;
}

export function trackedSession(
  tracked: readonly Tracked[],
  contexts: readonly string[],
): TrackedSession {
  const tree = byContext(causationTrees(tracked).map(storyOf), contexts);
  return {
    tree,
    thenOnly: (story) => assertStory(story, tree, contexts),
    thenNothing: () => assertStory('', tree, contexts),
    toString: () => tree.flatMap((story) => drawnTree(treeLine(story), WIDTH)).join('\n'),
  };
}

function storyOf({ record, caused }: CausationTree<Tracked>): Story {
  const { context, what, key, data } = record;
  return { context, what, key, data, caused: caused.map(storyOf) };
}

function treeLine(story: Story): TreeLine {
  return { text: lineText(story), children: story.caused.map(treeLine) };
}
