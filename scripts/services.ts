/**
 * `npm run services`: starts the servers that the tests share, says where they are, and ends them
 * with Ctrl-C. `npm test` in another terminal finds them by itself.
 *
 *     npm run services                           in one terminal
 *     npm test                                   in another one
 *     eval "$(npm run -s services -- --env)"     for any other program there
 *     npm run services -- --list                 what there is of them on this machine
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import {
  removeRunningServices,
  runningServices,
  writeRunningServices,
} from './services/running-services.ts';
import { ServiceMissingError, type RunningService, type Service } from './services/service.ts';
import { services } from './services/services.ts';

interface Row {
  readonly service: Service;
  readonly version: string;
  readonly where: string;
  readonly running?: RunningService;
}

const HELP = `Usage: npm run services [-- --list | --env]

Starts the servers that the tests share, from whatever is installed, each in a temporary directory on
a port of its own, and ends them with Ctrl-C. npm test in another terminal finds them by itself.

  --list   what there is of them on this machine, and how to get what is missing
  --env    the variables that lead to those that run: eval "$(npm run -s services -- --env)"
  --help   this text
`;

const values = readOptions();
const already = runningServices();
if (values.help === true) console.log(HELP);
else if (values.env === true) printEnvironment();
else if (values.list === true) listServices();
else if (Object.keys(already).length > 0) fail('The services run already, in another terminal.');
else await runServices();

function readOptions(): { readonly env?: boolean; readonly list?: boolean; help?: boolean } {
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({ options: { env: boolean, list: boolean, help: boolean } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

function printEnvironment(): void {
  const variables = Object.entries(already);
  if (variables.length === 0) fail('No services run. Start them in another terminal.');
  for (const [name, value] of variables) console.log(`export ${name}='${value}'`);
}

function listServices(): void {
  const rows = services.map((service) => {
    const found = service.find();
    return found === undefined
      ? missing(service)
      : { service, version: found.version, where: found.from };
  });
  printTable(rows);
  if (rows.some(({ version }) => version === 'missing')) process.exitCode = 1;
}

async function runServices(): Promise<void> {
  const rows: Row[] = [];
  for (const service of services) rows.push(await start(service));
  printTable(rows);
  const running = rows.flatMap((row) => (row.running === undefined ? [] : [row.running]));
  if (running.length === 0) return fail('\nThere is nothing to run.');

  writeRunningServices(variablesOf(rows));
  try {
    console.log('\nnpm test in another terminal uses them. Ctrl-C ends them.');
    await untilAskedToStop();
  } finally {
    removeRunningServices();
    await Promise.all(running.map((each) => each.close()));
  }
}

/** A service that is not here is a row of the table, no reason to do without the others. */
async function start(service: Service): Promise<Row> {
  const { shared, startedBy } = service;
  const found = service.find();
  if (found === undefined) return missing(service);
  if (shared === undefined) {
    const where = `${found.from}; a test that needs one starts it (${startedBy})`;
    return { service, version: found.version, where };
  }
  try {
    const running = await shared.start();
    return { service, version: running.version, where: running.url, running };
  } catch (error) {
    if (!(error instanceof ServiceMissingError)) throw error;
    return missing(service, error.message);
  }
}

function missing(service: Service, why = service.howToGet): Row {
  return { service, version: 'missing', where: why };
}

function variablesOf(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap(({ service: { shared }, running }) =>
      shared === undefined || running === undefined ? [] : [[shared.variable, running.url]],
    ),
  );
}

function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ service, version, where }) => [service.title, version, where]);
  const lines = [['service', 'version', 'where'], ...cells];
  const widthOf = (column: number): number =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0));
  for (const [title = '', version = '', where = ''] of lines) {
    console.log(`${title.padEnd(widthOf(0))}  ${version.padEnd(widthOf(1))}  ${where}`);
  }
}

async function untilAskedToStop(): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await Promise.race(signals.map((signal) => once(process, signal)));
  clearInterval(alive);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
