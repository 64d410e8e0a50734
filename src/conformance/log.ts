import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Log, LogReader } from '../log/log.ts';
import type { PublishedLog, Store } from '../log/store.ts';
import { changes } from './log/changes.ts';
import { checkpoints } from './log/checkpoints.ts';
import { documents } from './log/documents.ts';
import { findingDocuments } from './log/finding-documents.ts';
import { kept } from './log/kept.ts';
import { names } from './log/names.ts';
import { opening } from './log/opening.ts';
import { published } from './log/published.ts';
import { reading } from './log/reading.ts';
import { received } from './log/received.ts';
import type { Scenario, Scenarios } from './log/scenario.ts';
import { requests } from './log/requests.ts';
import { retention } from './log/retention.ts';
import { sharing } from './log/sharing.ts';
import { sizes } from './log/sizes.ts';
import { streams } from './log/streams.ts';
import { transactions } from './log/transactions.ts';
import { waiting } from './log/waiting.ts';
import { writeSets } from './log/write-sets.ts';

/** A store to be held to the promises of the port, fresh and empty. */
export interface LogSubject {
  /**
   * Where it can drop old messages, it is to be told to keep those of the last ten positions or so
   * and to let go in steps as small; otherwise scenarios are skipped.
   */
  readonly store: Store;
  /** Ends the owner of a context's log as `kill -9` would. Without it, some scenarios are skipped. */
  readonly crash?: (context: string) => void | Promise<void>;
  /**
   * Runs SQL through the `database` that `Log.transaction` gives, and answers with its rows.
   * Default: that of a `DatabaseSync` of `node:sqlite`.
   */
  readonly sql?: (database: unknown, text: string) => Promise<readonly object[]>;
  /** Removes what the store left. Everything opened in it is closed before. */
  close(): Promise<void>;
}

/**
 * Holds a store to the promises of the `Log` port, each as a test of `node:test`. `skip` maps a
 * scenario to the reason why this store does not keep it.
 *
 * @example
 * testLog('memory', {
 *   open: async () => ({ store: memory(), close: async () => {} }),
 * });
 */
export function testLog(
  name: string,
  options: {
    readonly open: () => Promise<LogSubject>;
    readonly skip?: Readonly<Record<string, string>>;
  },
): void {
  const skips = new Map(Object.entries(options.skip ?? {}));
  describe(`the log of ${name}`, () => {
    for (const [promise, scenario] of Object.entries(SCENARIOS)) {
      const skip = skips.get(promise) ?? false;
      skips.delete(promise);
      test(promise, { skip }, (context) =>
        play(scenario, options.open, (why) => context.skip(why)),
      );
    }
    for (const unknown of skips.keys()) {
      test(unknown, () => {
        assert.fail(
          `There is no scenario ${JSON.stringify(unknown)} to skip; look how it is spelled.`,
        );
      });
    }
  });
}

const SCENARIOS: Scenarios = {
  ...writeSets,
  ...streams,
  ...reading,
  ...checkpoints,
  ...received,
  ...retention,
  ...kept,
  ...documents,
  ...findingDocuments,
  ...waiting,
  ...requests,
  ...transactions,
  ...published,
  ...changes,
  ...opening,
  ...sharing,
  ...names,
  ...sizes,
};

async function play(
  scenario: Scenario,
  open: () => Promise<LogSubject>,
  skip: (why: string) => void,
): Promise<void> {
  const subject = await open();
  const opened: (Log | LogReader | PublishedLog)[] = [];
  const keep = <T extends Log | LogReader | PublishedLog>(one: T): T => {
    opened.push(one);
    return one;
  };
  const diagnose = subject.store.diagnose?.bind(subject.store);
  const store: Store = {
    name: subject.store.name,
    open: async (context) => keep(await subject.store.open(context)),
    reader: async (context) => keep(await subject.store.reader(context)),
    published: async (context) => keep(await subject.store.published(context)),
    leaveRequests: (context, requests) => subject.store.leaveRequests(context, requests),
    ...(diagnose === undefined ? {} : { diagnose }),
  };
  try {
    await scenario({
      store,
      log: await store.open('ordering'),
      crash: subject.crash,
      sql: subject.sql ?? sqlOfNode,
      skip,
    });
  } finally {
    await Promise.all(opened.map((one) => one.close()));
    await subject.close();
  }
}

async function sqlOfNode(database: unknown, text: string): Promise<readonly object[]> {
  const open = database as { prepare(sql: string): { all(): object[] } };
  return open.prepare(text).all();
}
