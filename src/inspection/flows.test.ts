import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { contract } from '../contract/contract.ts';
import { processManager } from '../process/process-manager.ts';
import { recurring } from '../process/recurring.ts';
import { effect } from '../reaction/effect.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { contextFlowsOf } from './context-flows.ts';
import type { FlowGraph } from './flow-graph.ts';
import { flowsOf } from './flows.ts';

type Placed = { type: 'OrderPlaced'; data: { id: string } };
type Closed = { type: 'OrderClosed'; data: { id: string } };
type Opened = { type: 'ShelfOpened'; data: { id: string } };

const told = (name: string, origin: 'ours' | 'external' = 'ours') =>
  contract(name, {
    version: 1,
    schema: z.object({ id: z.string() }),
    key: ({ id }) => id,
    documentation: `${name}, in a sentence`,
    origin,
  });
const order = aggregate({
  name: 'order',
  initial: {},
  decide: (_command: { type: 'Place'; data: { id: string } }): (Placed | Closed)[] => [],
  evolve: (state: object, _event: Placed | Closed) => state,
});
const shelf = aggregate({
  name: 'shelf',
  initial: {},
  decide: (_command: { type: 'Open'; data: { id: string } }): Opened[] => [],
  evolve: (state: object, _event: Opened) => state,
});
const OrderPlaced = told('ordering.OrderPlaced');
const PriceChanged = told('ordering.PriceChanged');
const MoneyMoved = told('bank.MoneyMoved', 'external');
const nobodys = told('nobody.Published');
const nightly = recurring('NightCame', { cron: '30 1 * * *', timeZone: 'Europe/London' });

const ordering = boundedContext('ordering', {
  aggregates: [order, shelf],
  publishes: [publish(OrderPlaced, order, 'OrderPlaced', ({ data }) => data), PriceChanged],
  reactions: [
    whenever('tidy up', nightly, () => {}),
    whenever('hear myself', PriceChanged, () => {}),
  ],
  processes: [
    processManager({
      name: 'payment deadline',
      from: [MoneyMoved, happened(order, 'OrderClosed')],
      startedBy: ['OrderClosed'],
      by: ({ data }) => data.id,
      timers: ['PaymentOverdue'],
      initial: {},
      evolve: (state) => state,
      react: () => [],
    }),
  ],
  readModels: [
    readModel({
      name: 'order-book',
      version: 3,
      document: type<{ id: string }>(),
      from: [order, shelf],
      by: ({ data }) => data.id,
      evolve: { OrderPlaced: (document) => document, ShelfOpened: (document) => document },
    }),
  ],
});
const billing = boundedContext('billing', {
  reactions: [whenever('ask for payment', [OrderPlaced, nobodys], () => {})],
  effects: [effect({ name: 'charge', on: [OrderPlaced, MoneyMoved], perform: async () => {} })],
});
const contexts = [ordering, billing];

test('between contexts: who publishes each contract, and who listens to it with what', () => {
  const graph = flowsOf(contexts);

  assert.deepEqual(arrows(graph), [
    'context:ordering publishes contract:ordering.OrderPlaced',
    'contract:ordering.OrderPlaced listens context:billing',
    'context:ordering publishes contract:ordering.PriceChanged',
    'contract:ordering.PriceChanged listens context:ordering',
    'external:bank publishes contract:bank.MoneyMoved',
    'contract:bank.MoneyMoved listens context:ordering',
    'contract:bank.MoneyMoved listens context:billing',
    // One of ours that nobody publishes comes from nowhere.
    'contract:nobody.Published listens context:billing',
  ]);
  assert.deepEqual(graph.edges[1]?.subscriptions, [
    { kind: 'reaction', name: 'ask for payment' },
    { kind: 'effect', name: 'charge' },
  ]);
  assert.deepEqual(
    graph.nodes.find(({ id }) => id === 'contract:bank.MoneyMoved'),
    {
      id: 'contract:bank.MoneyMoved',
      kind: 'contract',
      name: 'bank.MoneyMoved',
      version: 1,
      about: 'bank.MoneyMoved, in a sentence',
    },
  );
});

test('inside of a context: from what happens to what it publishes, and to whatever is told', () => {
  const graph = contextFlowsOf(contexts, 'ordering');

  assert.equal(graph.context, 'ordering');
  assert.deepEqual(arrows(graph), [
    'aggregate:order decides event:order/OrderPlaced',
    'event:order/OrderPlaced publishes contract:ordering.OrderPlaced',
    'contract:ordering.OrderPlaced listens context:billing',
    'code:handlers and transactions publishes contract:ordering.PriceChanged',
    'recurring:NightCame listens reaction:tidy up',
    'contract:ordering.PriceChanged listens reaction:hear myself',
    'external:bank publishes contract:bank.MoneyMoved',
    'contract:bank.MoneyMoved listens process:payment deadline',
    'aggregate:order decides event:order/OrderClosed',
    'event:order/OrderClosed listens process:payment deadline',
    'process:payment deadline sets timer:payment deadline/PaymentOverdue',
    'timer:payment deadline/PaymentOverdue listens process:payment deadline',
    'event:order/OrderPlaced listens read-model:order-book',
    // Of two aggregates nobody says elsewhere whose event it is: the model listens to the shelf.
    'aggregate:shelf listens read-model:order-book',
  ]);
  const recurs = graph.nodes.find(({ kind }) => kind === 'recurring');
  assert.equal(recurs?.about, '30 1 * * * in Europe/London');
  assert.equal(graph.nodes.find(({ kind }) => kind === 'read-model')?.version, 3);
});

test('each node is there once, and no edge leads to one that is not', () => {
  for (const graph of [
    flowsOf(contexts),
    ...contexts.map(({ name }) => contextFlowsOf(contexts, name)),
  ]) {
    const ids = graph.nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { from, to } of graph.edges) assert.ok(ids.includes(from) && ids.includes(to));
  }
});

test('a context without any parts, and a map without any contracts, are drawn as what they are', () => {
  const empty = [boundedContext('empty', {})];

  assert.deepEqual(contextFlowsOf(empty, 'empty'), { context: 'empty', nodes: [], edges: [] });
  assert.deepEqual(flowsOf(empty).edges, []);
  assert.throws(() => contextFlowsOf(empty, 'other'), { code: 'asked-wrongly' });
});

function arrows({ edges }: FlowGraph): string[] {
  return edges.map(({ from, kind, to }) => `${from} ${kind} ${to}`);
}
