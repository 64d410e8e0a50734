/**
 * Six contexts in a ring: each has an aggregate, a read model and a publication, and reacts to what
 * the one before it publishes. The schema is a bare Standard Schema, so that no library is loaded.
 */
import {
  type BoundedContext,
  aggregate,
  boundedContext,
  contract,
  publish,
  readModel,
  type,
  whenever,
} from 'thereupon';

type Filled = { readonly type: 'Filled'; readonly data: { readonly units: number } };
type Fill = { readonly type: 'Fill'; readonly data: { readonly units: number } };

const schema = {
  '~standard': {
    version: 1 as const,
    vendor: 'thereupon-benchmarks',
    validate: (value: unknown) => ({ value: value as { units: number } }),
  },
};

export const box = makeBox();

const names = ['one', 'two', 'three', 'four', 'five', 'six'];
const contracts = names.map((name) =>
  contract(`${name}.BoxFilled`, { version: 1, schema, key: () => 'box' }),
);

export const sixContexts: readonly BoundedContext[] = names.map((name, index) => {
  const own = contracts[index] as (typeof contracts)[number];
  const before = contracts.at(index - 1) as (typeof contracts)[number];
  const holding = index === 0 ? box : makeBox();
  const contents = readModel({
    name: 'contents',
    version: 1,
    document: type<{ units: number }>(),
    from: [holding],
    by: (event) => event.stream,
    evolve: { Filled: (_, event) => ({ units: event.data.units }) },
    index: ['units'],
  });
  return boundedContext(name, {
    aggregates: [holding],
    publishes: [publish(own, holding, 'Filled', (event) => event.data)],
    reactions: [whenever('look', before, () => undefined)],
    readModels: [contents],
  });
});

function makeBox() {
  return aggregate({
    name: 'box',
    initial: { units: 0 },
    decide: (command: Fill): readonly Filled[] => [{ type: 'Filled', data: command.data }],
    evolve: (state: { readonly units: number }, event: Filled) =>
      event.type === 'Filled' ? { units: event.data.units } : state,
  });
}
