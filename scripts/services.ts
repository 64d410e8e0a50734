/**
 * `npm run services`: starts the servers that the tests share, says where they are, and ends them
 * with Ctrl-C. `npm test` in another terminal finds them by itself. Named, it starts just those: a
 * broker to work with, where the world looks for one.
 *
 *     npm run services                           in one terminal
 *     npm test                                   in another one
 *     eval "$(npm run -s services -- --env)"     for any other program there
 *     npm run services -- nats                   a broker, for as long as it is wanted
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

const HELP = `Usage: npm run services [-- NAME… | --list | --env]

Starts the servers that the tests share, from whatever is installed, each in a temporary directory on
a port of its own, and ends them with Ctrl-C. npm test in another terminal finds them by itself.

  NAME…    just these: postgres, nats, rabbitmq, kafka. A broker is where the world looks for it
           (4222, 5672, 9092) if nobody else is there; tests start brokers of their own
  --list   what there is of them on this machine, and how to get what is missing
  --env    the variables that lead to those that run: eval "$(npm run -s services -- --env)"
  --help   this text
`;

const { values, named, wanted } = readOptions();
const already = runningServices();
if (values.help === true) console.log(HELP);
else if (values.env === true) printEnvironment();
else if (values.list === true) listServices();
else if (wanted.some(isShared) && Object.keys(already).length > 0)
  fail('The services run already, in another terminal.');
else await runServices();

function readOptions() {
  const boolean = { type: 'boolean' } as const;
  const options = { env: boolean, list: boolean, help: boolean };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const named = new Set(positionals.map((name) => serviceOf(name)));
    return { values, named, wanted: named.size === 0 ? services : [...named] };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

function serviceOf(name: string): Service {
  const found = services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`There is no service "${name}".`);
  if (found.shared === undefined && found.alone === undefined)
    throw new Error(`${found.title} is nothing by itself: the tests that need it start it.`);
  return found;
}

function isShared({ shared }: Service): boolean {
  return shared !== undefined;
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
  const rows = await Promise.all(wanted.map((service) => start(service)));
  printTable(rows);
  const running = rows.flatMap((row) => (row.running === undefined ? [] : [row.running]));
  if (running.length === 0) return fail('\nThere is nothing to run.');

  const variables = variablesOf(rows);
  const hasShared = Object.keys(variables).length > 0;
  if (hasShared) writeRunningServices(variables);
  try {
    console.log(`\n${usesOf(rows)}Ctrl-C ends them, and what they hold is gone.`);
    await untilAskedToStop();
  } finally {
    if (hasShared) removeRunningServices();
    await Promise.all(running.map((each) => each.close()));
  }
}

/** A service that is not here is a row of the table, no reason to do without the others. */
async function start(service: Service): Promise<Row> {
  const { shared, alone, startedBy } = service;
  const found = service.find();
  if (found === undefined) return missing(service);
  const starting = shared ?? (named.has(service) ? alone : undefined);
  if (starting === undefined) {
    const how = alone === undefined ? '' : `; npm run services -- ${service.name} starts one`;
    const where = `${found.from}; a test that needs one starts it (${startedBy})${how}`;
    return { service, version: found.version, where };
  }
  try {
    const running = await starting.start();
    return { service, version: running.version, where: running.url, running };
  } catch (error) {
    if (!(error instanceof ServiceMissingError)) throw error;
    return missing(service, error.message);
  }
}

/** What to do with them, to be pasted. */
function usesOf(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ service, running }) => {
    if (running === undefined) return [];
    if (service.shared !== undefined) return ['npm test in another terminal uses them.'];
    return [`npm run shop:cluster -- --backbone ${running.url}`];
  });
  return lines.map((line) => `${line}\n`).join('');
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
