/**
 * One PostgreSQL server of a test's own: in a folder of its own, on a port of its own, ended with the
 * process that started it at the latest. It listens on 127.0.0.1 only and trusts whoever comes.
 *
 * It is stopped, killed, frozen and started again as the test wants, and keeps its port and its data
 * until `close()`.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder, removeFolder, type Account } from '../process/account.ts';
import { copyRunningData, followingSettings } from './copy-running-data.ts';
import { freePort } from '../process/free-port.ts';
import { startGuarded, type GuardedProcess } from '../process/guarded-process.ts';
import { childrenOf, ended, signal } from '../process/running-processes.ts';
import type { Programs } from './programs.ts';
import { queryOnce, quoted } from './query-once.ts';
import { writeSettings, type Settings } from './settings.ts';
import { untilReady } from './until-ready.ts';

/** What a server is made of. */
export interface ServerParts {
  readonly programs: Programs;
  readonly account: Account;
  /** Holds the data directory, the socket and the log. */
  readonly folder: string;
  readonly port: number;
}

const standbyTimeoutMs = 60_000;
/** A primary that is shut down waits for its standbys, also for one that is frozen. */
const stopTimeoutMs = 20_000;

export class PostgresServer {
  readonly parts: ServerParts;
  #settings: Settings;
  #process: GuardedProcess | undefined;
  #frozen: number[] = [];
  #databases = 0;
  readonly #standbys: string[] = [];

  constructor(parts: ServerParts, settings: Settings) {
    this.parts = parts;
    this.#settings = settings;
  }

  get port(): number {
    return this.parts.port;
  }

  /** As PostgreSQL says it: `15.19`. */
  get version(): string {
    return this.parts.programs.version;
  }

  get data(): string {
    return join(this.parts.folder, 'data');
  }

  /** Leads to the database `postgres`. */
  get connectionString(): string {
    return this.connectionStringOf('postgres');
  }

  connectionStringOf(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  /** Creates an empty database and answers with the connection string that leads to it. */
  async createDatabase(name?: string): Promise<string> {
    const database = name ?? `database_${(this.#databases += 1)}`;
    await this.query(`create database ${quoted(database)}`);
    return this.connectionStringOf(database);
  }

  /** Runs one statement in the database `postgres`. */
  async query<Row extends Record<string, unknown>>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return queryOnce<Row>(this.connectionString, statement, values);
  }

  /** All that the server has said since it was made. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** Changes settings for good; those that need a new start are in force after `restart()`. */
  async configure(settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    this.#writeSettings();
    if (this.#process !== undefined) await this.query('select pg_reload_conf()');
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    this.#writeSettings();
    const { programs, account, folder } = this.parts;
    const command = [join(programs.bin, 'postgres'), '-D', this.data];
    const started = await startGuarded(command, { account, folder, log: this.#logFile });
    await untilReady(started, this.data, () => this.log());
    this.#process = started;
  }

  /** A fast shutdown: clients are sent away, everything is written. The data stays. */
  async stop(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.resume();
    signal(running.pid, 'SIGINT');
    const timer = setTimeout(() => signal(running.pid, 'SIGQUIT'), stopTimeoutMs);
    await running.exited();
    clearTimeout(timer);
    this.#process = undefined;
  }

  /**
   * Ends every process of the server at once, as a power cut would. The next start recovers. (The
   * operating system lives on: what it was given to write is not lost with its cache.)
   */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    // Stopped first, it starts no process that the list does not have.
    signal(running.pid, 'SIGSTOP');
    const children = childrenOf(running.pid);
    for (const pid of [...children, running.pid]) signal(pid, 'SIGKILL');
    await running.exited();
    await ended(children, 10_000);
    this.#frozen = [];
    this.#process = undefined;
  }

  /** Starts again: after a fast shutdown where it runs, by recovery where it was killed. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Freezes the server: connections stay open and nobody answers. */
  pause(): void {
    if (this.#process === undefined || this.#frozen.length > 0) return;
    const { pid } = this.#process;
    signal(pid, 'SIGSTOP');
    this.#frozen = [pid, ...childrenOf(pid)];
    for (const each of this.#frozen) signal(each, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of this.#frozen) signal(pid, 'SIGCONT');
    this.#frozen = [];
  }

  /**
   * Starts a streaming replica. This server then answers a commit when the replica has it too, and
   * not at all while the replica is away.
   */
  async standby(): Promise<PostgresServer> {
    const { account, programs, folder: own } = this.parts;
    const name = `standby_${this.#standbys.length + 1}`;
    this.#standbys.push(name);
    const folder = makeFolder('thereupon-standby-', account, dirname(own));
    const parts = { programs, account, folder, port: await freePort() };
    const settings = { ...this.#settings, ...followingSettings(this.port, name) };
    const standby = new PostgresServer(parts, settings);
    await copyRunningData(this, standby.data, { name, account });
    await standby.start();
    await this.configure({
      synchronous_standby_names: `FIRST ${this.#standbys.length} (${this.#standbys.join(', ')})`,
    });
    await this.#untilSynchronous(name);
    return standby;
  }

  /** Makes a standby a primary, and waits until it is one. */
  async promote(): Promise<void> {
    const [said] = await this.query<{ pg_promote: boolean }>('select pg_promote(true, 60)');
    if (said?.pg_promote !== true) throw new Error(`It was not promoted. It says:\n${this.log()}`);
  }

  /** Stops the server and removes its data. */
  async close(): Promise<void> {
    await this.stop();
    removeFolder(this.parts.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #logFile(): string {
    return join(this.parts.folder, 'server.log');
  }

  #writeSettings(): void {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: this.parts.folder,
      lc_messages: 'C',
      log_line_prefix: '%m [%p] %a ',
      ...this.#settings,
    };
    writeSettings(this.data, settings, this.parts.account);
  }

  async #untilSynchronous(standby: string): Promise<void> {
    const until = performance.now() + standbyTimeoutMs;
    const statement = `select from pg_stat_replication
      where application_name = $1 and state = 'streaming' and sync_state = 'sync'`;
    while ((await this.query(statement, [standby])).length === 0) {
      if (performance.now() > until)
        throw new Error(`${standby} does not follow its server. It says:\n${this.log()}`);
      await delay(20);
    }
  }
}
