/** What `npm run shop:cluster` understands: what `npm start` does, and how many processes. */
import { options as commonOptions, readValues, type CommandLine } from '../command-line.ts';
import { contexts } from '../contexts.ts';
import { backboneUrl } from './backbone-url.ts';
import { OptionError } from '../option-error.ts';
import { readOptions, wholeNumber } from '../read-options.ts';
import { PROCESSES_MAX } from './deal-contexts.ts';

export const help = `Usage: npm run shop:cluster -- --store URL | --backbone URL [options]

Runs the shop as processes: those that run its six contexts, the payment gateway, and one that keeps
them running, serves page and API, and places or replays orders.

  --store URL     the PostgreSQL database of the contexts, postgres://USER@HOST/DATABASE; left out:
                  SQLite files in DIR, at most a process for each context
  --backbone URL  what carries messages between them: nats://USER:PASSWORD@HOST,
                  amqp://USER:PASSWORD@HOST or kafka://HOST; left out: they read each other's logs
                  in the database
  --processes N   how many processes run contexts, up to ${PROCESSES_MAX}; default ${contexts.length}, one for each. Of more
                  some contexts have two, Inventory first; of fewer some run several contexts
  --data DIR      where everything else is kept; default ./data
  --port N        the port on 127.0.0.1; default 8080, 0 for any free one
  --fresh         begin anew: remove what an earlier run left in DIR and in the database
  --rate N        orders a second that generated shoppers place; default 2, 0 for none
  --seed N        the same seed gives the same shoppers; default 1
  --orders FILE   replay an order file (.csv or .csv.gz) instead of generated shoppers
  --exit          with --orders: end when all is settled, print the audit, exit 0 if it balances
  --help          this text

A process that ends by accident is started again; what it had begun goes on. Ctrl-C or SIGTERM stops
all of them in order, a second one at once.
`;

export type ClusterCommandLine = CommandLine & {
  readonly backbone: string | undefined;
  /** How many run contexts. */
  readonly processes: number;
};

/** @throws {OptionError} for what it does not understand. */
export function readCommandLine(words: readonly string[]): ClusterCommandLine {
  const values = readOptions(words, options);
  const wanted = readValues(values);
  const { store } = wanted;
  const backbone = backboneUrl('--backbone', values.backbone);
  const processes = wholeNumber('--processes', values.processes, { min: 1, max: PROCESSES_MAX });
  if (!wanted.help && store === undefined) {
    if (backbone === undefined)
      throw new OptionError('--store', 'URL is missing, or --backbone URL');
    if (processes > contexts.length)
      throw new OptionError('--processes', `takes at most ${contexts.length} without --store URL`);
  }
  return { ...wanted, backbone, processes };
}

const options = {
  ...commonOptions,
  backbone: { type: 'string' },
  processes: { type: 'string', default: String(contexts.length) },
} as const;
