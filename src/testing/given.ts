import type { Fact } from '../message/fact.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { type Decider, type GivenEvents, givenEvents } from './given-decider.ts';
import type { GivenFact } from './given-fact.ts';
import { type GivenProcess, givenProcess } from './given-process.ts';
import { type GivenFacts, givenFacts } from './given-read-model.ts';

/**
 * Tests a decider, a process manager or a read model in one sentence, in any test runner: what does
 * not hold is an `ExpectationError` with the difference. Nothing is started, nothing waited for.
 *
 * @example
 * given(order, [{ type: 'OrderPlaced', data: { orderId: 'o-1', totalPence: 1530 } }])
 *   .when({ type: 'ConfirmOrder', data: {} })
 *   .then([{ type: 'OrderConfirmed', data: { orderId: 'o-1' } }]);
 */
export function given<State, Command extends Fact, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  events?: readonly NoInfer<Event>[],
): GivenEvents<State, Command, Event>;
/**
 * @example
 * const totals = readModel({
 *   name: 'totals', version: 1, document: type<{ totalPence: number }>(), from: [order],
 *   by: (event) => event.data.orderId,
 *   evolve: { OrderPlaced: (_, event) => ({ totalPence: event.data.totalPence }) },
 * });
 * given(totals, [{ type: 'OrderPlaced', data: { orderId: 'o-1', totalPence: 1530 } }])
 *   .then('o-1', { totalPence: 1530 });
 */
export function given<Document extends object, Event extends Fact>(
  model: ReadModel<Document, Event>,
  facts?: readonly GivenFact<NoInfer<Event>>[],
): GivenFacts<Document>;
/**
 * @example
 * const placed = { type: 'OrderPlaced', data: { orderId: 'o-1', totalPence: 1530 } } as const;
 * given(paymentDeadline, [placed]).after('29 minutes').thenNothing();
 * given(paymentDeadline, [placed]).after('3 days').then([actions.complete()]);
 */
export function given<State, Event extends Fact>(
  process: ProcessManager<string, State, Event>,
  facts?: readonly GivenFact<NoInfer<Event>>[],
): GivenProcess<State, Event>;
export function given(
  subject: Decider<unknown, unknown, Fact> | ReadModel<object, Fact> | ProcessManager,
  happened: readonly Fact[] = [],
): unknown {
  if ('decide' in subject) return givenEvents(subject, happened);
  if (subject.kind === 'process-manager') return givenProcess(subject, happened);
  return givenFacts(subject, happened);
}
