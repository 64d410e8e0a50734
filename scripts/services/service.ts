/**
 * A server that tests run against, as far as the test runner and `npm run services` must know it.
 *
 * A test file says what it needs by what it calls: `sharedPostgres()` needs one server for all files
 * of the run, `startPostgres()` the programs to start one of its own.
 */
export interface Service {
  /** As in `THEREUPON_REQUIRE_SERVERS=postgres,pgbouncer`. */
  readonly name: string;
  readonly title: string;
  /** The function by which a test file starts one of its own. */
  readonly startedBy: string;
  /** A sentence for whoever does not have it. */
  readonly howToGet: string;
  /** What there is of it on this machine. */
  readonly find: () => { readonly version: string; readonly from: string } | undefined;
  /** Where the files of a run share one. */
  readonly shared?: SharedService;
  /**
   * One for a person, whom no test disturbs: `npm run services -- nats`. It is where the world looks for it, if
   * nobody else is there.
   */
  readonly alone?: { readonly start: () => Promise<RunningService> };
}

export interface SharedService {
  /** The function by which a test file takes its part of it. */
  readonly takenBy: string;
  /** The environment variable that leads to it. */
  readonly variable: string;
  readonly start: () => Promise<RunningService>;
  /** The version of one that runs there; rejects when nothing answers. */
  readonly versionAt: (url: string) => Promise<string>;
}

export interface RunningService {
  readonly version: string;
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The service is not on this machine; the message says how to get it. */
export class ServiceMissingError extends Error {
  override readonly name = 'ServiceMissingError';
  readonly code = 'service-missing';
  readonly retryable = false;

  constructor(service: Pick<Service, 'title' | 'howToGet'>, why = `There is none here.`) {
    super(`${service.title}: ${why} ${service.howToGet}`);
  }
}
