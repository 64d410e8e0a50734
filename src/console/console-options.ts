import type { Host } from '../host/host.ts';
import type { Visitor } from './visitor.ts';

/**
 * Who may see the console, and where it is.
 *
 * @example
 * const options: ConsoleOptions = { path: '/ops', tokens: { operator: process.env.CONSOLE_TOKEN } };
 */
export interface ConsoleOptions {
  /** Where it is mounted, as a browser sees it. Default `/console`. */
  readonly path?: string;
  /**
   * Whoever knows one of these is let in, as what it stands for: by `Authorization: Bearer TOKEN`, or
   * by the form that the console shows. At least 16 characters each. One that is undefined lets nobody in.
   */
  readonly tokens?: {
    readonly operator?: string | undefined;
    readonly viewer?: string | undefined;
  };
  /**
   * Who asks, as the application around it knows: undefined lets nobody in. In place of `tokens`.
   * Without either, only this machine is let in, as an operator.
   */
  readonly authenticate?: (request: Request) => Visitor | undefined | Promise<Visitor | undefined>;
  /** Time, ids and chance. Default: the machine's own. */
  readonly host?: Partial<Host>;
}

/** A token that can be guessed protects nothing. */
export const TOKEN_CHARACTERS_MIN = 16;

/** The console was set up so that it would protect nothing, or cannot be found. */
export class ConsoleOptionError extends Error {
  override readonly name = 'ConsoleOptionError';
  readonly code = 'console-option';
  readonly retryable = false;
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** @throws {ConsoleOptionError} */
export function assertConsoleOptions({ path, tokens, authenticate }: ConsoleOptions): void {
  if (path !== undefined && !/^\/([\w.~-]+(\/[\w.~-]+)*)?$/.test(path))
    throw new ConsoleOptionError(
      'path',
      `The console's path is ${JSON.stringify(path)}. Give one such as "/console": it begins with a ` +
        'slash, and does not end with one.',
    );
  if (tokens !== undefined && authenticate !== undefined)
    throw new ConsoleOptionError(
      'authenticate',
      'The console was given tokens and authenticate. Give one of them: who is let in must be clear.',
    );
  const given = Object.entries(tokens ?? {}).filter(([, token]) => token !== undefined);
  if (tokens !== undefined && given.length === 0)
    throw new ConsoleOptionError(
      'tokens',
      'The console was given tokens, and all of them are undefined: nobody would be let in. Is an ' +
        'environment variable missing?',
    );
  for (const [role, token] of given)
    if (typeof token !== 'string' || token.length < TOKEN_CHARACTERS_MIN)
      throw new ConsoleOptionError(
        'tokens',
        `The console's ${role} token has fewer than ${TOKEN_CHARACTERS_MIN} characters, so that it ` +
          'can be guessed. Make one with: openssl rand -hex 32',
      );
}
