/**
 * Names and data come from anywhere. What would break a line, move the cursor or turn the
 * direction of writing is printed as an escape, so that a terminal shows what is there and no more.
 */

/** A name: as it is when it is a plain word, quoted otherwise. */
export function nameText(name: string): string {
  return /^[\p{L}\p{N}_.:@/+-]+$/u.test(name) ? name : jsonText(name);
}

/** Data as one line of JSON. */
export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value) ?? 'undefined');
}

/** JSON text, however it was written, as one line: between its parts a line break is a space. */
export function jsonLine(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : escaped(text.replaceAll(/[\r\n\t]/g, ' '));
}

/** Most texts are this, and it is told in a fraction of the time. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** JSON over several lines, for programs. */
export function jsonDocument(value: unknown): string {
  return messageText(JSON.stringify(value, null, 2));
}

/** A message of several lines, such as that of an error. */
export function messageText(message: string): string {
  return message.split('\n').map(escaped).join('\n');
}

/** A message of several lines, on one. */
export function messageLine(message: string): string {
  return messageText(message).replaceAll(/\s*\n\s*/g, ' ');
}

/** A text as it is, on one line. */
export function lineText(text: string): string {
  return escaped(text.toWellFormed());
}

/** Cut to a width, with a sign that it was. */
export function cutText(text: string, width: number): string {
  if (text.length <= width) return text;
  // Never through the middle of a character.
  return `${text.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

// Control characters, and formatting ones but the joiners that emoji are put together with; written
// as JSON does, so that JSON stays JSON.
function escaped(text: string): string {
  return text.replaceAll(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
