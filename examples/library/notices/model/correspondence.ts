/** What the library has written to one reader, letter by letter. Nothing of it is ever refused. */
import type { Letter } from './letter.ts';

export type CorrespondenceCommand = { readonly type: 'FileLetter'; readonly data: Letter };
export type CorrespondenceEvent = { readonly type: 'LetterSent'; readonly data: Letter };
export type Correspondence = { readonly letters: number };

export const initial: Correspondence = { letters: 0 };

export function decide({ data }: CorrespondenceCommand): readonly CorrespondenceEvent[] {
  return [{ type: 'LetterSent', data }];
}

export function evolve({ letters }: Correspondence, _event: CorrespondenceEvent): Correspondence {
  return { letters: letters + 1 };
}
