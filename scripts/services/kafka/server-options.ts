import type { Certificates } from '../process/certificates.ts';

/** How a cluster for a test is to be. */
export interface KafkaServerOptions {
  /** Brokers, each of which is a controller, too. Default 1. */
  readonly nodes?: 1 | 3;
  /** As in `server.properties`, beside ours. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Whoever comes must be this user, by PLAIN or by SCRAM-SHA-256. */
  readonly sasl?: { readonly user: string; readonly password: string };
  /** Clients come in over TLS, and are shown these. */
  readonly certificates?: Certificates;
  /** By which name clients are told to come. Default 127.0.0.1. */
  readonly host?: string;
  /** Where the first one is, if that is free. Default: wherever it is. */
  readonly port?: number;
  /** By which port clients are told to come, for whoever puts something in front of it. */
  readonly advertise?: (port: number) => Promise<number>;
}
