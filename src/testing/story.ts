import { type Items, assertList } from './expected-list.ts';
import { ExpectationError } from './expectation-error.ts';
import { type StoryLine, detailText, headText, lineDifferences, parseLine } from './story-line.ts';

/**
 * Something that happened, and what it caused.
 *
 * @example
 * const contextsOf = ({ context, caused }: Story): string[] => [
 *   context,
 *   ...caused.flatMap(contextsOf),
 * ];
 */
export interface Story extends StoryLine {
  readonly caused: readonly Story[];
}

/**
 * Holds what happened to what is told of it: all of it, and nothing else. It is told as text, each
 * line under the one that caused it, indented or drawn.
 *
 * Lines under one cause stand in the order in which they happened, context by context. In what
 * order two contexts did something means nothing, as they do not wait for each other.
 *
 * @throws {ExpectationError} with the difference, line by line.
 */
export function assertStory(
  told: string,
  happened: readonly Story[],
  contexts: readonly string[],
): void {
  const lists = {
    expected: linesOf(byContext(parseStory(told), contexts)),
    actual: linesOf(byContext(happened, contexts)),
  };
  assertList('What happened is not what was told:', lists, LINES);
}

interface PlacedLine extends StoryLine {
  /** 0 for what began it. */
  readonly depth: number;
}

const LINES: Items<PlacedLine> = {
  name: (line) => `${'  '.repeat(line.depth)}${headText(line)}`,
  detail: detailText,
  differences: lineDifferences,
};

/** The stories under each line, context by context. */
export function byContext(
  stories: readonly Story[],
  contexts: readonly string[],
): readonly Story[] {
  const rank = ({ context }: Story): number => {
    const index = contexts.indexOf(context);
    return index === -1 ? contexts.length : index;
  };
  return stories
    .map((story) => ({ ...story, caused: byContext(story.caused, contexts) }))
    .toSorted((a, b) => rank(a) - rank(b));
}

function linesOf(stories: readonly Story[], depth = 0): readonly PlacedLine[] {
  return stories.flatMap((story) => [{ ...story, depth }, ...linesOf(story.caused, depth + 1)]);
}

function parseStory(told: string): readonly Story[] {
  if (typeof told !== 'string')
    throw new ExpectationError('A story is told as text, as session.toString() tells it.');
  const stories: Story[] = [];
  const open: { readonly indent: number; readonly caused: Story[] }[] = [
    { indent: -1, caused: stories },
  ];
  for (const drawn of told.split('\n')) {
    // The strokes of a drawn tree are as good as spaces.
    const text = drawn.replace(/^[\s│├└─]+/u, (strokes) => ' '.repeat(strokes.length)).trimEnd();
    const words = text.trimStart();
    if (words === '') continue;
    const indent = text.length - words.length;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const caused: Story[] = [];
    open.at(-1)?.caused.push({ ...parseLine(words), caused });
    open.push({ indent, caused });
  }
  return stories;
}
