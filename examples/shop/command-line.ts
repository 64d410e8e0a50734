/** What `npm start` understands. */
import { OptionError } from './option-error.ts';
import { readOptions, wholeNumber } from './read-options.ts';
import { storeUrl } from './store-url.ts';

export const help = `Usage: npm start -- [options]

Runs the shop: six bounded contexts and a payment gateway, a page and an API on one port.

  --data DIR      where everything is kept; default ./data
  --store URL     keep the contexts in a PostgreSQL database, postgres://USER@HOST/DATABASE, a schema
                  each; in DIR only what is none of theirs
  --port N        the port on 127.0.0.1; default 8080, 0 for any free one
  --fresh         begin anew: remove what an earlier run left in DIR and in the database
  --rate N        orders a second that generated shoppers place; default 2, 0 for none
  --seed N        the same seed gives the same shoppers; default 1
  --orders FILE   replay an order file (.csv or .csv.gz) instead of generated shoppers
  --exit          with --orders: end when all is settled, print the audit, exit 0 if it balances
  --help          this text

Ctrl-C or SIGTERM stops in order and exits with 0, or with 130 when a replay with --exit was not at
its end; a second one ends at once, with 130. The same command goes on where it was.

\`npm run orders -- --make 1000 --out orders.csv\` makes an order file.
`;

export type CommandLine = {
  readonly data: string;
  /** Undefined: SQLite files in `data`. */
  readonly store: string | undefined;
  /** Undefined: not served at all. */
  readonly port: number | undefined;
  readonly fresh: boolean;
  readonly rate: number;
  readonly seed: number;
  readonly orders: string | undefined;
  readonly exit: boolean;
  readonly help: boolean;
};

/** @throws {OptionError} for what it does not understand. */
export function readCommandLine(words: readonly string[]): CommandLine {
  return readValues(readOptions(words, options));
}

/** @throws {OptionError} for values that make no sense. */
export function readValues(values: ReturnType<typeof readOptions<typeof options>>): CommandLine {
  const { data, fresh, orders, exit } = values;
  if (exit && orders === undefined) throw new OptionError('--exit', 'needs --orders FILE');
  // A replay that only ends and reports needs no port, and so is in nobody's way.
  const port = values.port ?? (exit ? undefined : '8080');
  return {
    data,
    store: storeUrl('--store', values.store),
    port: port === undefined ? undefined : wholeNumber('--port', port, { min: 0, max: 65_535 }),
    fresh,
    rate: rateOf(values.rate),
    seed: wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 }),
    orders,
    exit,
    help: values.help,
  };
}

export const options = {
  data: { type: 'string', default: './data' },
  store: { type: 'string' },
  port: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  rate: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  orders: { type: 'string' },
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const rateMax = 1_000;

/** Half an order a second is a rate, too. */
function rateOf(text: string): number {
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate <= rateMax) return rate;
  throw new OptionError('--rate', `takes a number from 0 to ${rateMax}, not "${text}"`);
}
