/**
 * The orders that wait for goods, in the order in which they fell short. After a restock all that
 * have time left are called, first come, first served; who falls short again joins again, and so
 * keeps its place before all that come later. Whoever has waited long enough is called to be given
 * up, also by a shop that was closed at the time.
 */
export type Waiting = { readonly orderId: string; readonly until: string };

export type WaitingList = {
  readonly waiting: readonly Waiting[];
  /** Those whose turn it is at this moment; they wait no more. */
  readonly called: readonly string[];
};

/** What the shop promises: goods, or an answer, within two weeks. Long enough for two restocks. */
const waitDays = 14;

export const initial: WaitingList = { waiting: [], called: [] };

export function waitsUntil(placedAt: string): string {
  return new Date(Date.parse(placedAt) + waitDays * 24 * 60 * 60 * 1_000).toISOString();
}

export function joined({ waiting }: WaitingList, { orderId, until }: Waiting): WaitingList {
  return { waiting: [...waiting, { orderId, until }], called: [] };
}

export function allCalled(list: WaitingList, time: string): WaitingList {
  return called(list, ({ until }) => !hasCome(until, time));
}

export function overdueCalled(list: WaitingList, time: string): WaitingList {
  return called(list, ({ until }) => hasCome(until, time));
}

/** When the first of them has waited long enough; undefined when nobody waits. */
export function firstUntil({ waiting }: WaitingList): string | undefined {
  return waiting.map(({ until }) => until).toSorted()[0];
}

function called({ waiting }: WaitingList, isCalled: (one: Waiting) => boolean): WaitingList {
  return {
    waiting: waiting.filter((one) => !isCalled(one)),
    called: waiting.filter(isCalled).map(({ orderId }) => orderId),
  };
}

function hasCome(until: string, time: string): boolean {
  return Date.parse(until) <= Date.parse(time);
}
