/**
 * Who is to hear what, as the business has agreed it: each contract that one context publishes and
 * another listens to, with the subscription that handles it there. It is stated here, and is not
 * asked of the running code: a listener that was taken away by mistake would otherwise not be missed.
 */
import type { ContextName } from './books.ts';

export type Flow = {
  readonly publisher: ContextName;
  readonly consumer: ContextName;
  readonly contracts: ReadonlySet<string>;
  /** For each subscription of the consumer the contracts that it handles. */
  readonly handledBy: ReadonlyMap<string, ReadonlySet<string>>;
};

/** The subscriptions of each context, by the name of their checkpoint, with what they hear. */
export const listeners: Readonly<Record<ContextName, Readonly<Record<string, readonly string[]>>>> =
  {
    customers: { 'register who orders': ['ordering.OrderPlaced'] },
    catalogue: {},
    ordering: {
      'price-list@1': ['catalogue.ProductListed', 'catalogue.ProductPriceChanged'],
      'wait for goods': ['inventory.GoodsBackOrdered'],
      'cancel what has no stock': ['inventory.StockReservationFailed'],
      'cancel what is not paid': ['billing.PaymentFailed'],
      'confirm what is paid': ['billing.PaymentCompleted'],
      'payment deadline': ['inventory.StockReserved'],
      'follow the parcel': ['fulfilment.OrderShipped', 'fulfilment.ShipmentStopped'],
    },
    inventory: {
      'keep the shelves': [
        'ordering.OrderPlaced',
        'ordering.OrderCancelled',
        'ordering.GoodsReturned',
        'fulfilment.OrderShipped',
      ],
    },
    billing: {
      'follow the order': [
        'ordering.OrderPlaced',
        'ordering.OrderCancelled',
        'ordering.GoodsReturned',
        'inventory.StockReserved',
      ],
    },
    fulfilment: {
      'addressees@1': ['customers.CustomerRegistered', 'customers.CustomerDetailsChanged'],
      'send parcels': [
        'ordering.OrderConfirmed',
        'ordering.CancellationRequested',
        'ordering.OrderCancelled',
      ],
    },
  };

/** The same by publisher and consumer: what crosses one border. */
export function allFlows(): Flow[] {
  const contexts = Object.keys(listeners) as ContextName[];
  return contexts.flatMap((consumer) =>
    contexts.flatMap((publisher) => {
      const handledBy = new Map<string, ReadonlySet<string>>();
      for (const [subscription, contracts] of Object.entries(listeners[consumer])) {
        const heard = contracts.filter((contract) => contract.startsWith(`${publisher}.`));
        if (heard.length > 0) handledBy.set(subscription, new Set(heard));
      }
      if (handledBy.size === 0) return [];
      const contracts = new Set([...handledBy.values()].flatMap((heard) => [...heard]));
      return [{ publisher, consumer, contracts, handledBy }];
    }),
  );
}
