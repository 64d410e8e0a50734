/**
 * What becomes of orders that found a shelf too empty: they are asked for again after each restock,
 * in the order in which they fell short, and given up when they have waited long enough. One process
 * for all of them: a queue is no queue when everybody waits alone.
 *
 * It gives the turns; `keep the shelves`, through which all goods go, then reserves or not. A
 * reservation that was released meanwhile, because its order was cancelled, takes no turn.
 */
import { happened, processManager } from 'thereupon';
import { reservation, restockRound } from './aggregates.ts';
import * as waitingList from './model/waiting-list.ts';

export const backOrders = processManager({
  name: 'back-orders',
  from: [happened(reservation, 'GoodsBackOrdered'), happened(restockRound, 'RestockRoundEnded')],
  startedBy: ['GoodsBackOrdered'],
  by: () => 'shelves',
  timers: ['BackOrderOverdue'],
  time: 'business',
  initial: waitingList.initial,
  evolve(list, event) {
    switch (event.type) {
      case 'GoodsBackOrdered':
        return waitingList.joined(list, event.data);
      case 'RestockRoundEnded':
        return waitingList.allCalled(list, event.occurredAt);
      case 'BackOrderOverdue':
        return waitingList.overdueCalled(list, event.data.dueAt);
      case 'CommandRefused':
        return list;
    }
  },
  react(list, event, { command, setTimer, complete }) {
    const at = waitingList.firstUntil(list);
    const next = at === undefined ? complete() : setTimer('BackOrderOverdue', { at });
    const give = (type: 'AskAgain' | 'GiveUp') =>
      list.called.map((orderId) => command(reservation, orderId, { type, data: { orderId } }));
    switch (event.type) {
      case 'GoodsBackOrdered':
        // Whoever joins later has mostly longer to wait than the timer that is set.
        return event.data.until === at ? [next] : [];
      case 'RestockRoundEnded':
        return [...give('AskAgain'), next];
      case 'BackOrderOverdue':
        return [...give('GiveUp'), next];
      case 'CommandRefused':
        return [];
    }
  },
  startFrom: 'beginning',
});
