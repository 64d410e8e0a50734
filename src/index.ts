/** The door of `thereupon`: everything an application is written with. */
export type { Fact, Recorded } from './message/fact.ts';
export { upcasting } from './message/upcasting.ts';
export { contract } from './contract/contract.ts';
export type { Contract, EventOf } from './contract/contract.ts';
export { aggregate } from './aggregate/aggregate.ts';
export type { Aggregate, Handled } from './aggregate/aggregate.ts';
export { publish } from './context/publication.ts';
export { boundedContext } from './context/bounded-context.ts';
export type { BoundedContext } from './context/bounded-context.ts';
export { happened } from './reaction/source.ts';
export { whenever } from './reaction/whenever.ts';
export { effect } from './reaction/effect.ts';
export { notYet } from './reaction/tools.ts';
export type { Dependencies, Tools } from './reaction/tools.ts';
export { readModel, type } from './read-model/read-model.ts';
export type { ReadModel } from './read-model/read-model.ts';
