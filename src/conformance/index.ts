export { type BackboneSubject, testBackbone } from './backbone.ts';
export { type LogSubject, testLog } from './log.ts';
