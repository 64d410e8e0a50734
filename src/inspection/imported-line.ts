import { admit } from '../backbone/admission.ts';
import type { Envelope } from '../backbone/backbone.ts';
import { type StructuredEvent, envelopeFrom, partsOf } from '../backbone/cloud-event.ts';
import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import type { AnyContract } from '../contract/contract.ts';
import type { Clock } from '../host/clock.ts';
import { contractsFrom, sourcesOf } from '../runtime/context-map.ts';
import { jsonText } from '../telemetry/safe-text.ts';

/**
 * What a line of an import is: a message and who listens to it; one of a contract that nobody who is
 * asked listens to; or nothing that can be taken in, and why.
 */
export type ImportedLine =
  | { readonly kind: 'message'; readonly message: Envelope; readonly consumers: readonly string[] }
  | { readonly kind: 'unheard'; readonly type: string }
  | { readonly kind: 'bad'; readonly why: string };

/** The contexts of the map, and those of them that are to take in. */
export interface ImportInto {
  readonly contexts: readonly BoundedContext[];
  readonly chosen: readonly BoundedContext[];
  /** For a line that does not say when it happened. */
  readonly clock: Pick<Clock, 'now'>;
}

/** The messages of one contract: whose they are, and who takes them in. */
interface Route {
  readonly contract: AnyContract;
  /** The publisher, as the context map names it. */
  readonly source: string;
  readonly consumers: readonly string[];
}

/**
 * Reads lines as CloudEvents 1.0 in structured mode, such as `thereupon export` writes and any other
 * system may. What a broker would hand on to be parked with a reason is told here, before anything
 * is left: a person who imports looks at it.
 *
 * The publisher is the one that the context map knows for the contract, as it is for what comes over a
 * broker. A context of the map must be named by `source` (`/ordering`), as ids are its own; whatever a
 * foreign system says there goes nowhere.
 */
export function importedLines(into: ImportInto): (line: string) => ImportedLine {
  const routes = routesOf(into);
  return (line) => {
    try {
      return readLine(line, routes, into.clock);
    } catch (error) {
      // Of admission, upcasters or the contract's key: whatever it is, this line cannot be taken in.
      return bad(error instanceof Error ? error.message : String(error));
    }
  };
}

function readLine(
  line: string,
  routes: ReadonlyMap<string, Route>,
  clock: Pick<Clock, 'now'>,
): ImportedLine {
  const event = objectIn(line);
  if (typeof event === 'string') return bad(event);
  const problem = whyNoEvent(event);
  if (problem !== undefined) return bad(problem);
  const type = event['type'] as string;
  const route = routes.get(type);
  if (route === undefined) return bad(`no contract is called ${jsonText(type)}`);
  if (route.consumers.length === 0) return { kind: 'unheard', type };
  const { contract, source, consumers } = route;
  const given = event['source'] as string;
  if (contract.origin === 'ours' && given !== `/${encodeURIComponent(source)}`)
    return bad(`it is from ${jsonText(given)}, and only "/${source}" publishes ${jsonText(type)}`);
  const { attributes, data } = partsOf(event);
  const found = { id: '', source, type, at: clock.now() };
  const message = envelopeFrom(attributes, data, found);
  // How large a payload may be only the application knows.
  admit(message, { contract, charactersMax: Number.POSITIVE_INFINITY, recordedAt: found.at });
  return { kind: 'message', message, consumers };
}

function bad(why: string): ImportedLine {
  return { kind: 'bad', why };
}

/** The JSON object that a line is; otherwise why it is none. Of what is in it nothing is quoted. */
function objectIn(line: string): StructuredEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const place = /at position (\d+)/.exec((error as Error).message)?.[1];
    return place === undefined ? 'it is no JSON' : `it is no JSON, from character ${place} on`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'it is no JSON object';
  return value as StructuredEvent;
}

/** What CloudEvents 1.0 asks for, and that it is a message. */
function whyNoEvent(event: StructuredEvent): string | undefined {
  const { specversion, direction } = event;
  if (specversion !== '1.0')
    return specversion === undefined
      ? 'it is no CloudEvent: it has no specversion'
      : `its specversion is ${jsonText(specversion)}, not "1.0"`;
  for (const name of REQUIRED) {
    const value = event[name];
    if (typeof value !== 'string' || value === '')
      return value === undefined ? `it has no ${name}` : `its ${name} is no text`;
  }
  for (const name of TIMES) {
    const value = event[name];
    if (typeof value === 'string' && Number.isNaN(Date.parse(value)))
      return `its ${name} is no time: ${jsonText(value)}`;
  }
  // As `thereupon export --all` writes them.
  return direction === 'domain' || direction === 'timer'
    ? `it is a record of a log (${direction}), not a message`
    : undefined;
}

const REQUIRED = ['id', 'source', 'type'] as const;
const TIMES = ['time', 'recordedat'] as const;

/** Every contract of the map, also those that nobody who is asked listens to. */
function routesOf({ contexts, chosen }: ImportInto): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  for (const context of contexts)
    for (const contract of [...publishedContracts(context), ...consumedContracts(context)])
      routes.set(contract.name, { contract, source: '', consumers: [] });
  for (const context of chosen)
    for (const source of sourcesOf(context, contexts))
      for (const contract of contractsFrom(source, context, contexts)) {
        const consumers = [...(routes.get(contract.name)?.consumers ?? []), context.name];
        routes.set(contract.name, { contract, source, consumers });
      }
  return routes;
}
