import { jsonText, nameText } from '../telemetry/safe-text.ts';
import { ExpectationError } from './expectation-error.ts';
import { fieldDifferences } from './field-differences.ts';

/**
 * One line of a story: `billing: PaymentCompleted o-1 {"amountPence":1530}`. In what context, what
 * happened there, its key and its data. Key and data may be left out of what is expected, and so
 * may fields of the data.
 */
export interface StoryLine {
  readonly context: string;
  /** `OrderPlaced`, `published ordering.OrderPlaced`, `parked charge`. */
  readonly what: string;
  readonly key: string | undefined;
  readonly data: unknown;
}

/** What can be said of something that is no domain event, before its name. */
const VERBS = [
  'published',
  'took in',
  'timer',
  'set timer',
  'parked',
  'held',
  'unfinished',
] as const;
export type Verb = (typeof VERBS)[number];

const NAME = String.raw`"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_.:@/+-]+`;
const WRITTEN = new RegExp(
  `^(${NAME}): ((?:(?:${VERBS.join('|')}) )?(?:${NAME}))(?: (${NAME}))?(?: ([{[].*))?$`,
  'u',
);

/** What happened, as a line says it. */
export function whatText(verb: Verb | undefined, name: string): string {
  return verb === undefined ? nameText(name) : `${verb} ${nameText(name)}`;
}

/** A line, all of it. */
export function lineText(line: StoryLine): string {
  const detail = detailText(line);
  return `${headText(line)}${detail === '' ? '' : ` ${detail}`}`;
}

/** Where it happened, and what. */
export function headText({ context, what }: StoryLine): string {
  return `${nameText(context)}: ${what}`;
}

/** Its key and its data. */
export function detailText({ key, data }: StoryLine): string {
  return [
    ...(key === undefined ? [] : [nameText(key)]),
    ...(data === undefined ? [] : [jsonText(data)]),
  ].join(' ');
}

/** @throws {ExpectationError} for a line that cannot be read. */
export function parseLine(text: string): StoryLine {
  const [, context, what, key, data] = WRITTEN.exec(text) ?? [];
  if (context === undefined || what === undefined) throw unreadable(text);
  return {
    context: named(context),
    what,
    key: key === undefined ? undefined : named(key),
    data: data === undefined ? undefined : parsed(data, text),
  };
}

/** Where key and data are other than a line says; what it does not say may be anything. */
export function lineDifferences(expected: StoryLine, actual: StoryLine): readonly string[] {
  const key = expected.key ?? actual.key;
  const data = isFields(expected.data)
    ? chosenFields(actual.data, Object.keys(expected.data))
    : actual.data;
  return [
    ...fieldDifferences({ key }, { key: actual.key }),
    ...(expected.data === undefined ? [] : fieldDifferences(expected.data, data)),
  ];
}

function isFields(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function chosenFields(data: unknown, fields: readonly string[]): unknown {
  if (!isFields(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([field]) => fields.includes(field)));
}

function named(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function parsed(json: string, line: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw unreadable(line);
  }
}

function unreadable(line: string): Error {
  return new ExpectationError(
    `This line of the story cannot be read: ${JSON.stringify(line)}. Write ` +
      `context: Type key {"field":"value"}, where key and data may be left out; ` +
      `session.toString() shows how all of it would be written.`,
  );
}
