/**
 * Subjects of NATS: parts with dots between, of which `*` stands for any one, and `>` at the end for any that follow.
 * The server has some of its own, which begin with `$`.
 */
const PART = String.raw`(?:[^\s\p{C}.*>/\\]+)`;
const SUBJECT = new RegExp(String.raw`^(?!\$)(?:(?:${PART}|\*)\.)*(?:${PART}|\*|>)$`, 'u');
const STREAM = new RegExp(`^${PART}$`, 'u');
const STREAM_CHARACTERS_MAX = 255;

/** Whether it can be a subject, or several. What names things may not have been compiled. */
export function isSubject(name: unknown): boolean {
  return typeof name === 'string' && SUBJECT.test(name);
}

export function isStreamName(name: unknown): boolean {
  return typeof name === 'string' && STREAM.test(name) && name.length <= STREAM_CHARACTERS_MAX;
}

/** Whether all that the second one stands for is of the first. */
export function takesIn(wide: string, narrow: string): boolean {
  const parts = narrow.split('.');
  const wanted = wide.split('.');
  const isAlike = wanted.every((part, index) => {
    const other = parts[index];
    if (part === '>') return other !== undefined;
    return part === other || (part === '*' && other !== undefined && other !== '>');
  });
  return isAlike && (wanted.at(-1) === '>' || wanted.length === parts.length);
}
