/** What `npm start` understands. */
import { parseArgs } from 'node:util';
import { OptionError } from './option-error.ts';

export const help = `Usage: npm start -- [options]

Runs the shop: six bounded contexts and a payment gateway, a page and an API on one port.

  --data DIR      where everything is kept; default ./data
  --port N        the port on 127.0.0.1; default 8080, 0 for any free one
  --fresh         begin anew: remove what an earlier run left in DIR
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
  /** Undefined: not served at all. */
  readonly port: number | undefined;
  readonly fresh: boolean;
  readonly rate: number;
  readonly seed: number;
  readonly orders: string | undefined;
  readonly exit: boolean;
  readonly help: boolean;
};

/** @throws {OptionError | TypeError} for what it does not understand; TypeError from `parseArgs`. */
export function readCommandLine(words: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...words], options });
  const { data, fresh, orders, exit } = values;
  if (exit && orders === undefined) throw new OptionError('--exit', 'needs --orders FILE');
  // A replay that only ends and reports needs no port, and so is in nobody's way.
  const port = values.port ?? (exit ? undefined : '8080');
  return {
    data,
    port: port === undefined ? undefined : number('--port', port, 65_535),
    fresh,
    rate: number('--rate', values.rate, 1_000),
    seed: number('--seed', values.seed, 2 ** 32 - 1),
    orders,
    exit,
    help: values.help,
  };
}

const options = {
  data: { type: 'string', default: './data' },
  port: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  rate: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  orders: { type: 'string' },
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function number(option: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= max) return value;
  throw new OptionError(option, `takes a number from 0 to ${max}, not "${text}"`);
}
