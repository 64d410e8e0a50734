/**
 * The payment gateway: a small program of its own, with its own file, as a bank's would be. When it
 * is ready it prints one line, `{"ready":true,"port":…}`. It ends in order on SIGTERM or SIGINT; as a
 * child, when its standard input closes, which happens whatever way its parent dies.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayBooks } from './gateway-books.ts';
import { gatewayServer } from './gateway-server.ts';
import { failureInWords } from '../failure-in-words.ts';
import { OptionError } from '../option-error.ts';
import { readOptions, wholeNumber } from '../read-options.ts';

const help = `Usage: node examples/shop/gateway/main.ts --data FILE [options]

  --data FILE            the gateway's SQLite file, made when it is not there
  --port N               the port on 127.0.0.1; default 0, any free one
  --late-ms N            how late late answers come, in milliseconds; default 10
  --off                  begin switched off
  --until-stdin-closes   end when standard input closes
  --help                 this text
`;

const options = {
  data: { type: 'string' },
  port: { type: 'string', default: '0' },
  'late-ms': { type: 'string', default: '10' },
  off: { type: 'boolean', default: false },
  'until-stdin-closes': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

try {
  const values = readOptions(process.argv.slice(2), options);
  if (values.help) {
    process.stdout.write(help);
  } else {
    if (values.data === undefined) throw new OptionError('--data', 'FILE is missing');
    await serve({
      data: values.data,
      port: wholeNumber('--port', values.port, { min: 0, max: 65_535 }),
      lateMs: wholeNumber('--late-ms', values['late-ms'], { min: 0, max: 60_000 }),
      isOff: values.off,
      untilStdinCloses: values['until-stdin-closes'],
    });
  }
} catch (error) {
  process.stderr.write(`The gateway cannot run: ${failureInWords(error)}\n`);
  process.exitCode = 1;
}

async function serve(wanted: {
  data: string;
  port: number;
  lateMs: number;
  isOff: boolean;
  untilStdinCloses: boolean;
}): Promise<void> {
  const books = openBooks(wanted.data);
  const waitBeforeLateAnswer = () => delay(wanted.lateMs);
  const server = gatewayServer({ books, waitBeforeLateAnswer, isOff: wanted.isOff });
  server.listen(wanted.port, '127.0.0.1');
  await once(server, 'listening');

  const stop = () => {
    if (!server.listening) return;
    // Running requests are answered, a late one after its wait; each leaves its connection idle.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearInterval(sweep);
      books.close();
      process.exitCode = 0;
      process.stdin.destroy();
    });
  };
  // Ctrl-C in a terminal reaches the parent and this child alike; the parent, which may still need
  // the gateway for its last charges, then closes standard input when it is done.
  process.on('SIGINT', () => (wanted.untilStdinCloses ? undefined : stop()));
  process.on('SIGTERM', stop);
  if (wanted.untilStdinCloses) process.stdin.once('close', stop).resume();

  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
}

function openBooks(path: string): GatewayBooks {
  try {
    return new GatewayBooks(path, () => new Date().toISOString());
  } catch (error) {
    throw new OptionError('--data', `"${path}" cannot be opened: ${(error as Error).message}`);
  }
}
