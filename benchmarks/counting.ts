/**
 * The smallest context that does something: tickets that are stamped. What is measured with it is
 * the runtime and the store, not a domain.
 */
import { aggregate, boundedContext, readModel, type } from 'thereupon';

export type Stamped = {
  readonly type: 'Stamped';
  readonly data: {
    readonly ticketId: string;
    readonly country: string;
    readonly totalPence: number;
    readonly note: string;
  };
};

type Stamp = { readonly type: 'Stamp'; readonly data: { readonly times: number } };

export const ticket = aggregate({
  name: 'ticket',
  initial: { stamps: 0 },
  decide: (command: Stamp, state: { readonly stamps: number }): readonly Stamped[] =>
    Array.from({ length: command.data.times }, (_, index) => stamped(state.stamps + index + 1)),
  evolve: (state: { readonly stamps: number }, event: Stamped) =>
    event.type === 'Stamped' ? { stamps: state.stamps + 1 } : state,
});

export const counting = boundedContext('counting', { aggregates: [ticket] });

/** The same with a document for each ticket, folded in the commit of the command. */
export const countingInline = boundedContext('counting', {
  aggregates: [ticket],
  readModels: [
    readModel({
      name: 'tickets',
      version: 1,
      document: type<{ stamps: number; totalPence: number }>(),
      from: [ticket],
      by: (event) => event.stream,
      evolve: {
        Stamped: (document, { data }) => ({
          stamps: (document?.stamps ?? 0) + 1,
          totalPence: (document?.totalPence ?? 0) + data.totalPence,
        }),
      },
      index: ['stamps'],
      inline: true,
    }),
  ],
});

/** The event of a stamp: some 150 characters of JSON, as small events are. */
export function stamped(stamp: number): Stamped {
  return {
    type: 'Stamped',
    data: {
      ticketId: `t-${stamp % 1_000}`,
      country: 'United Kingdom',
      totalPence: stamp * 7,
      note: 'Leave it with the neighbours when nobody is at home.',
    },
  };
}
