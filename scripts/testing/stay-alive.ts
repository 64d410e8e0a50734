/**
 * Keeps a test file's process alive while a test is running. A running application does so itself,
 * but most tests have only a part of one, whose timers keep no process alive; and Node 22 ends a
 * file as soon as only such timers are left, in the middle of a test that waits.
 */
// A process that a test forks inherits the arguments of its file, this one too: it has no tests.
if (process.argv[1]?.endsWith('.test.ts') === true) {
  const { after, beforeEach } = await import('node:test');
  // Begun with the first test, so that a file without one ends; a skipped test has no end of its own.
  let alive: NodeJS.Timeout | undefined;
  beforeEach(() => void (alive ??= setInterval(() => undefined, 60_000)));
  after(() => clearInterval(alive));
}

export {};
