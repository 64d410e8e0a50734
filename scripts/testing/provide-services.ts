/**
 * The servers that the chosen test files need: one of each kind for the whole run, or the one that
 * somebody runs already and names in the environment.
 *
 * A file whose server is not on this machine is left out with the reason; where that server is
 * required it fails. It also fails when the server is there and does not start or answer.
 */
import { ServiceMissingError } from '../services/service.ts';
import type { Need } from './needed-services.ts';

export interface Obstacle {
  readonly reason: string;
  readonly isFailure: boolean;
}

export interface ProvidedServices {
  /** What keeps a file with these needs from running. */
  readonly obstacle: (needs: readonly Need[]) => Obstacle | undefined;
  /** The variables by which the files find the servers. */
  readonly environment: Readonly<Record<string, string>>;
  /** A line for each server that the files share. */
  readonly lines: readonly string[];
  readonly close: () => Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `required` holds names of services, or `all`. */
export async function provideServices(
  needs: readonly Need[],
  required: ReadonlySet<string>,
  given: Environment,
): Promise<ProvidedServices> {
  const obstacles = new Map<string, Obstacle>();
  const provided: Provided[] = [];
  for (const need of new Map(needs.map((each) => [keyOf(each), each])).values()) {
    try {
      provided.push(await provide(need, given));
    } catch (error) {
      obstacles.set(keyOf(need), obstacleOf(need, error as Error, required));
    }
  }
  return {
    obstacle: (wanted) =>
      wanted.map((need) => obstacles.get(keyOf(need))).find((found) => found !== undefined),
    environment: Object.assign({}, ...provided.map((each) => each.environment)),
    lines: provided.flatMap(({ line }) => (line === undefined ? [] : [line])),
    close: async () => {
      await Promise.all(provided.map(async (each) => each.close?.()));
    },
  };
}

interface Provided {
  readonly environment?: Record<string, string>;
  readonly line?: string;
  readonly close?: () => Promise<void>;
}

async function provide({ service, isShared }: Need, given: Environment): Promise<Provided> {
  const { title, shared } = service;
  const url = (shared !== undefined && given[shared.variable]) || undefined;
  if (isShared && shared !== undefined && url !== undefined) {
    const version = await shared.versionAt(url).catch((error: Error) => {
      throw new Error(
        `${shared.variable} leads to ${url}, where nothing answers: ${error.message}`,
      );
    });
    return { environment: { [shared.variable]: url }, line: `${title} ${version} at ${url}` };
  }
  const found = service.find();
  if (found === undefined) throw new ServiceMissingError(service);
  if (!isShared || shared === undefined) return {};
  const running = await shared.start();
  return {
    environment: { [shared.variable]: running.url },
    line: `${title} ${running.version} (${found.from}), started for this run`,
    close: running.close,
  };
}

function obstacleOf({ service }: Need, error: Error, required: ReadonlySet<string>): Obstacle {
  const isMissing = error instanceof ServiceMissingError;
  const isRequired = required.has(service.name) || required.has('all');
  return {
    reason: isMissing && isRequired ? `${error.message} It is required here.` : error.message,
    isFailure: !isMissing || isRequired,
  };
}

function keyOf({ service, isShared }: Need): string {
  return `${service.name} ${isShared ? 'shared' : 'own'}`;
}
