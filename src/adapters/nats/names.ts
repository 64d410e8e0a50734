import { NatsOptionError } from './nats-option-error.ts';

/**
 * What things are called on the server. With the prefix `thereupon`, what the context `ordering` publishes as
 * `ordering.OrderPlaced` goes to the subject `thereupon.ordering.OrderPlaced`, which the stream
 * `thereupon_ordering` keeps. No stream has a dot in its name: with the prefix `my.app` it is `my_app_ordering`,
 * and its subjects begin with `my.app.ordering`.
 */
export interface Names {
  readonly stream: (publisher: string) => string;
  /** All that a context publishes. */
  readonly subjects: (publisher: string) => string;
  readonly subject: (publisher: string, type: string) => string;
  /** The contract that a subject stands for. */
  readonly typeOf: (publisher: string, subject: string) => string;
}

/** A stream has at most 255 characters, and the name of a context comes behind the prefix. */
const PREFIX_CHARACTERS_MAX = 100;
/** Parts of a subject with dots between; the server has subjects of its own that begin with `$`. */
const PREFIX = /^(?!\$)[^\s\p{C}.*>/\\]+(\.[^\s\p{C}.*>/\\]+)*$/u;

/** @throws {NatsOptionError} for a prefix that no subject or stream can begin with. */
export function namesWith(prefix: string): Names {
  assertPrefix(prefix);
  const streams = prefix.replaceAll('.', '_');
  return {
    stream: (publisher) => `${streams}_${token(publisher)}`,
    subjects: (publisher) => `${prefix}.${token(publisher)}.>`,
    subject(publisher, type) {
      const own = `${publisher}.`;
      return `${prefix}.${token(publisher)}.${type.startsWith(own) ? token(type.slice(own.length)) : `=.${token(type)}`}`;
    },
    typeOf(publisher, subject) {
      const rest = subject.slice(`${prefix}.${token(publisher)}.`.length);
      return rest.startsWith('=.') ? text(rest.slice(2)) : `${publisher}.${text(rest)}`;
    },
  };
}

function assertPrefix(prefix: string): void {
  if (PREFIX.test(prefix) && prefix.length <= PREFIX_CHARACTERS_MAX) return;
  throw new NatsOptionError(
    'prefix',
    `is ${JSON.stringify(prefix)}, which no subject of NATS can begin with. Give up to ` +
      `${PREFIX_CHARACTERS_MAX} letters, digits, "-" and "_", such as "shop", with dots between parts if you like.`,
  );
}

/** Letters, digits, `-` and `_` stay as they are, all else is `=` and two hexadecimal digits a byte. */
function token(name: string): string {
  return name.replaceAll(/[^\w-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function text(name: string): string {
  const bytes = name.replaceAll(/=([0-9a-f]{2})/g, '%$1');
  try {
    return decodeURIComponent(bytes);
  } catch {
    return name;
  }
}
