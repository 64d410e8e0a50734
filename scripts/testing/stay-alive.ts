/**
 * Keeps a test file's process alive while a test is running. Our timers keep no process alive, and
 * Node 22 ends a file as soon as only such timers are left, in the middle of a test that waits.
 */
import { afterEach, beforeEach } from 'node:test';

const alive: NodeJS.Timeout[] = [];
beforeEach(() => void alive.push(setInterval(() => undefined, 60_000)));
afterEach(() => {
  const last = alive.pop();
  clearInterval(last);
});
