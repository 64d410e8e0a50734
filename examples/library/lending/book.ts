/** The decider of Lending, wired. */
import { aggregate } from 'thereupon';
import { decide, evolve, initial } from './model/book.ts';

export const book = aggregate({ name: 'book', initial, decide, evolve });
