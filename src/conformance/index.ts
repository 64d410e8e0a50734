export { testBackbone } from './backbone.ts';
export type { BackboneSubject } from './backbone/backbone-subject.ts';
export { type LogSubject, testLog } from './log.ts';
