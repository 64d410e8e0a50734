/**
 * The composition root of the shop as a cluster: processes that run its contexts, the gateway as one
 * more, and this one, which keeps them running and asks them.
 */
import type { ConsoleSubject } from 'thereupon/console';
import { assertAlone } from '../assert-alone.ts';
import { contexts } from '../contexts.ts';
import { assertNoShopOnSqlite, gatewayFile, prepareDirectory } from '../data-directory.ts';
import { keepGateway } from '../gateway/keep-gateway.ts';
import { runIdOf } from '../run-id.ts';
import { storeOf } from '../shop-place.ts';
import type { Shop } from '../shop.ts';
import { backboneAt } from './backbone-url.ts';
import { ClusterApp } from './cluster-app.ts';
import { dealContexts } from './deal-contexts.ts';
import { keepProcess, type KeptProcess } from './kept-process.ts';

export type OpenClusterOptions = {
  readonly directory: string;
  /** Undefined: SQLite files in the directory, of which each has one process. */
  readonly store: string | undefined;
  /** What is between the contexts. Undefined: their logs. */
  readonly backbone?: string | undefined;
  /** How many processes run contexts: see `dealContexts`. */
  readonly processes: number;
  readonly businessTime: 'clock' | 'watermark';
  /** Told in words when a process has ended by accident, and when it runs again. */
  readonly tell?: (text: string) => void;
};

export type Cluster = Shop & {
  /** The processes of contexts, the gateway not counted. */
  readonly processes: readonly Pick<KeptProcess, 'contexts' | 'pid'>[];
};

/**
 * @throws {DataDirectoryError} when nothing can be kept in that directory.
 * @throws {ShopInUseError} when a shop runs on that database.
 */
export async function openCluster(options: OpenClusterOptions): Promise<Cluster> {
  const { directory, store, backbone, tell = () => {} } = options;
  let { businessTime } = options;
  prepareDirectory(directory);
  if (store !== undefined) assertNoShopOnSqlite(directory);
  await assertAlone({ directory, store });
  const gateway = await keepGateway({ dataFile: gatewayFile(directory), tell });
  const processes: KeptProcess[] = [];
  const close = async (): Promise<void> => {
    try {
      await Promise.all(processes.map((process) => process.close()));
    } finally {
      await gateway.close();
    }
  };
  const keep = async (names: readonly string[]): Promise<void> => {
    const prefix = `shop-${runIdOf(directory)}`;
    const start = {
      contexts: names,
      directory,
      store,
      backbone,
      prefix,
      gatewayPort: gateway.port,
    };
    const process = await keepProcess({ options: () => ({ ...start, businessTime }), tell });
    processes.push(process);
  };
  const started = await Promise.allSettled(dealContexts(options.processes).map(keep));
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    await close();
    throw failed.reason;
  }
  const app = new ClusterApp(processes, () => {
    businessTime = 'clock';
  });
  const watched: ConsoleSubject = {
    contexts,
    store: storeOf({ directory, store }),
    ...(backbone === undefined
      ? {}
      : { backbone: backboneAt(backbone, `shop-${runIdOf(directory)}`) }),
  };
  return { app, watched, keepPrices: app.keepPrices, gateway, processes, close };
}
