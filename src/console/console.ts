import { type Host, systemHost } from '../host/host.ts';
import { chosenContexts } from '../inspection/chosen-contexts.ts';
import { type Inspected, openLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { Application } from '../runtime/application.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type Doing, actions } from './actions.ts';
import { errorAnswer, failureAnswer, jsonAnswer } from './answers.ts';
import {
  ConsoleOptionError,
  type ConsoleOptions,
  assertConsoleOptions,
} from './console-options.ts';
import { type SentEvent, eventStream } from './event-stream.ts';
import { assetAnswer, pageAnswer } from './page-files.ts';
import { Pulses } from './pulses.ts';
import { type Asked, questions, selectionOf } from './questions.ts';
import { notOwn } from './same-site.ts';
import { limitedText, signIn, signInForm } from './sign-in.ts';
import { tail } from './tail.ts';
import type { Visitor } from './visitor.ts';
import { whoAsks } from './who-asks.ts';

/** No action says more than this. */
const BODY_BYTES_MAX = 2_097_152;

/**
 * The console as a fetch-standard handler, for any server: `(request) => Promise<Response>`. The
 * second argument is what the server around it tells of the connection (see `consoleFor`).
 *
 * @example
 * const handler: ConsoleHandler = consoleFor(app, { tokens: { operator: token } });
 * const answer = await handler(new Request('http://localhost/console/'));
 */
export interface ConsoleHandler {
  (request: Request, peer?: unknown): Promise<Response>;
  /** Ends all live feeds, so that the server around it can close. */
  close(): void;
}

/**
 * What a console is of: an application that `run` returned, whatever part of it its type tells of; or a
 * configuration, for the store alone.
 *
 * @example
 * const subject: ConsoleSubject = { contexts: [ordering, billing], store: sqlite('./data') };
 */
export type ConsoleSubject = Pick<Application, 'handle'> | ThereuponConfig;

/**
 * The console of a running application, or of its store alone: who tells whom what and how fast, what
 * each action caused, what is in the logs, what is behind, what is parked, and what to do about it.
 *
 * It is mounted under `path` in any server that speaks fetch (Hono, Fastify, Express, plain Node: see
 * docs/console.md); `serveConsole` serves it alone. Without `tokens` or `authenticate` it lets in only
 * this machine, and needs to be told where a connection comes from: by the second argument, as
 * Hono and `serveConsole` give it.
 *
 * @throws {ConsoleOptionError} when it would protect nothing.
 * @example
 * // In Hono: server.mount('/ops', handler). The others are in docs/console.md.
 * const handler = consoleFor(app, { path: '/ops' });
 */
export function consoleFor(of: ConsoleSubject, options: ConsoleOptions = {}): ConsoleHandler {
  assertConsoleOptions(options);
  const inspected = Application.configOf(of) ?? configuration(of);
  const host = systemHost(options.host);
  const closing = new AbortController();
  const pulses = new Pulses(inspected, host.clock);
  const own: Own = { inspected, host, pulses, options, closed: closing.signal };
  const handler = async (request: Request, peer?: unknown): Promise<Response> => {
    try {
      return await answer(own, request, peer);
    } catch (error) {
      return errorAnswer(error);
    }
  };
  return Object.assign(handler, { close: () => closing.abort() });
}

/** @throws {ConsoleOptionError} when it is none, nor an application. */
function configuration(of: ConsoleSubject): ThereuponConfig {
  if ('contexts' in of && 'store' in of) return of;
  throw new ConsoleOptionError(
    'of',
    'A console is of an application that run returned, or of a configuration with contexts and store.',
  );
}

/** What a console is made of. */
interface Own {
  readonly inspected: ThereuponConfig;
  readonly host: Host;
  readonly pulses: Pulses;
  readonly options: ConsoleOptions;
  readonly closed: AbortSignal;
}

async function answer(own: Own, request: Request, peer: unknown): Promise<Response> {
  const { options } = own;
  const { path = '/console' } = options;
  const asked = placeIn(path, new URL(request.url).pathname);
  const isPost = request.method === 'POST';
  if (isPost && asked === '/sign-in' && options.tokens !== undefined)
    return signIn(request, path, options.tokens);
  const { visitor, ...refused } = await whoAsks(request, peer, options);
  if (visitor === undefined) return refusal(request, { path, ...refused } as Refused);
  if (asked === '/') return pageAnswer(path);
  if (asked.startsWith('/assets/'))
    return assetAnswer(asked.slice('/assets/'.length), request.headers.get('accept-encoding'));
  if (!asked.startsWith('/api/')) return nothingHere();
  const name = asked.slice('/api/'.length);
  return isPost ? act(own, request, { name, visitor }) : ask(own, request, { name, visitor });
}

/** Some servers take off the path that it is mounted under, others leave it. */
function placeIn(path: string, pathname: string): string {
  const rest =
    path !== '/' && (pathname === path || pathname.startsWith(`${path}/`))
      ? pathname.slice(path.length)
      : pathname;
  return rest === '' ? '/' : rest;
}

interface Refused {
  readonly path: string;
  readonly status: 401 | 403;
  readonly why: string;
}

function refusal(request: Request, { path, status, why }: Refused): Response {
  const isPage = (request.headers.get('accept') ?? '').includes('text/html');
  if (status === 401 && isPage) return signInForm(path);
  return failureAnswer(status, status === 401 ? 'not-let-in' : 'not-from-here', why);
}

interface Named {
  readonly name: string;
  readonly visitor: Visitor;
}

async function ask(own: Own, request: Request, { name, visitor }: Named): Promise<Response> {
  if (request.method !== 'GET') return failureAnswer(405, 'method', 'Ask by GET.');
  const of = Object.fromEntries(new URL(request.url).searchParams);
  const inspected = asSeenBy(own.inspected, visitor);
  const asked: Asked = { inspected, host: own.host, visitor, of };
  const ended = AbortSignal.any([own.closed, request.signal]);
  if (name === 'pulse') return eventStream(ended, (signal) => own.pulses.watch(signal));
  if (name === 'tail') {
    // Asked wrongly is an answer; once a feed has begun it could only break off.
    chosenContexts(inspected.contexts, of.context);
    const after = of.after ?? request.headers.get('last-event-id') ?? undefined;
    return eventStream(ended, (signal) => tailOf(asked, after, signal));
  }
  if (!Object.hasOwn(questions, name)) return nothingHere();
  return jsonAnswer(await questions[name as keyof typeof questions](asked));
}

async function act(own: Own, request: Request, { name, visitor }: Named): Promise<Response> {
  const objection = notOwn(request);
  if (objection !== undefined) return failureAnswer(403, 'not-own', objection);
  if (!Object.hasOwn(actions, name)) return nothingHere();
  if (visitor.role !== 'operator')
    return failureAnswer(403, 'viewer', 'A viewer may look, and an operator may do that.');
  const of = await bodyOf(request);
  const inspected = asSeenBy(own.inspected, visitor);
  const { signal } = request;
  const doing: Doing = { inspected, host: own.host, visitor, of, signal };
  return jsonAnswer(await actions[name as keyof typeof actions](doing));
}

function asSeenBy(config: ThereuponConfig, { seesPersonal }: Visitor): Inspected {
  return { ...config, seesPersonal: seesPersonal === true };
}

async function* tailOf(
  { inspected, host: { clock }, of }: Asked,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<SentEvent> {
  const { logs, close } = await openLogs(inspected, of.context);
  try {
    yield* tail(logs, { selection: selectionOf(of), after, clock, signal });
  } finally {
    await close();
  }
}

async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await limitedText(request, BODY_BYTES_MAX);
  try {
    const body: unknown = JSON.parse(text ?? '');
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>;
  } catch {
    // Told below, as what is JSON and no object.
  }
  throw new QuestionError('asked-wrongly', 'The body is no JSON object of at most 2 MiB.');
}

function nothingHere(): Response {
  return failureAnswer(
    404,
    'nothing-found',
    'There is nothing here. The console begins at its path.',
  );
}
