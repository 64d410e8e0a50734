export { type LogSubject, testLog } from './log.ts';
