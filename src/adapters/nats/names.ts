/**
 * What things are called on the server. With the prefix `thereupon`, what the context `ordering` publishes as
 * `ordering.OrderPlaced` goes to the subject `thereupon.ordering.OrderPlaced`, which the stream
 * `thereupon_ordering` keeps.
 */
export interface Names {
  readonly stream: (publisher: string) => string;
  /** All that a context publishes. */
  readonly subjects: (publisher: string) => string;
  readonly subject: (publisher: string, type: string) => string;
  /** The contract that a subject stands for. */
  readonly typeOf: (publisher: string, subject: string) => string;
}

export function namesWith(prefix: string): Names {
  return {
    stream: (publisher) => `${prefix}_${token(publisher)}`,
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
