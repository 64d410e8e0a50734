import { NatsOptionError } from './nats-option-error.ts';
import { isSubject, isStreamName, takesIn } from './subjects.ts';

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
}

/**
 * What things are called on the server where that is not by `prefix`: in a company that has names of its own. What is
 * left out is called as it is without. The same publisher must always have the same names.
 *
 * @example
 * const backbone = nats({
 *   names: {
 *     stream: (publisher) => publisher.toUpperCase(),
 *     subjects: (publisher) => `acme.${publisher}.>`,
 *   },
 * });
 */
export interface NatsNames {
  /** The stream that keeps what a context publishes. Default: `thereupon_ordering` for `ordering`. */
  readonly stream?: (publisher: string) => string;
  /** The subjects of all that it publishes; the stream must keep them. Default: `thereupon.ordering.>`. */
  readonly subjects?: (publisher: string) => string;
  /**
   * The subject of one contract, which must be one of these. Default: what `subjects` begins with, and the contract's
   * name without that of its context: `thereupon.ordering.OrderPlaced`.
   */
  readonly subject?: (publisher: string, type: string) => string;
}

const PREFIX_CHARACTERS_MAX = 100;

/**
 * @throws {NatsOptionError} for a prefix that no subject or stream can begin with; each name is looked at when it is
 * asked for.
 */
export function namesWith(prefix: string, own: NatsNames = {}): Names {
  assertPrefix(prefix);
  const streams = prefix.replaceAll('.', '_');
  const {
    stream = (publisher) => `${streams}_${token(publisher)}`,
    subjects = (publisher) => `${prefix}.${token(publisher)}.>`,
    subject = (publisher, type) => `${beginning(subjects(publisher))}.${place(publisher, type)}`,
  } = own;
  return {
    stream(publisher) {
      const name = stream(publisher);
      assertName('stream', publisher, { name, isRight: isStreamName(name) });
      return name;
    },
    subjects(publisher) {
      const name = subjects(publisher);
      assertName('subjects', publisher, { name, isRight: isSubject(name) });
      return name;
    },
    subject(publisher, type) {
      const name = subject(publisher, type);
      const isRight = isSubject(name) && !/[*>]/.test(name);
      assertName('subject', type, { name, isRight: isRight && takesIn(subjects(publisher), name) });
      return name;
    },
  };
}

function assertPrefix(prefix: string): void {
  const isRight = isSubject(prefix) && !/[*>]/.test(prefix);
  if (isRight && prefix.length <= PREFIX_CHARACTERS_MAX) return;
  throw new NatsOptionError(
    'prefix',
    `is ${JSON.stringify(prefix)}, which no subject of NATS can begin with. Give up to ` +
      `${PREFIX_CHARACTERS_MAX} letters, digits, "-" and "_", such as "shop", with dots between parts if you like.`,
  );
}

const RULES = {
  stream: 'A stream has up to 255 characters without space, ".", "*", ">", "/" and "\\".',
  subjects: 'Subjects are parts with dots between, such as "orders.>" or "orders.*".',
  subject: 'It must be one of "subjects", without "*" and ">".',
};

function assertName(
  option: keyof NatsNames,
  of: string,
  { name, isRight }: { readonly name: string; readonly isRight: boolean },
): void {
  if (isRight) return;
  const said = `says ${JSON.stringify(name)} for "${of}". ${RULES[option]}`;
  throw new NatsOptionError(`names.${option}`, said);
}

/** `orders` of `orders.>`. */
function beginning(subjects: string): string {
  return subjects.replace(/\.[*>]$/, '');
}

/** A contract of another context's name stands apart, so that it is no other one's. */
function place(publisher: string, type: string): string {
  const own = `${publisher}.`;
  return type.startsWith(own) ? token(type.slice(own.length)) : `=.${token(type)}`;
}

/** Letters, digits, `-` and `_` stay as they are, all else is `=` and two hexadecimal digits a byte. */
function token(name: string): string {
  return name.replaceAll(/[^\w-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
