/** What runs, and where it is kept: the program, the tests and `npx thereupon` begin with it. */
import { sqlite } from 'thereupon/sqlite';
import { booking } from './booking/context.ts';
import { loyalty } from './loyalty/context.ts';

export const contexts = [booking, loyalty];
export const store = sqlite('./data');
