/** What the command line and `npm start` run: the shop's contexts, and where they keep their data. */
import { sqlite } from 'thereupon/sqlite';

export { contexts } from './contexts.ts';
export const store = sqlite(process.env['SHOP_DATA'] ?? './data');
