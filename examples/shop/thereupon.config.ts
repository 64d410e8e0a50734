/**
 * What the command line and `npm start` run: the shop's contexts, and where they keep their data:
 * SQLite files in SHOP_DATA, or the PostgreSQL database that SHOP_STORE leads to.
 */
import { storeOf } from './shop-place.ts';
import { storeUrl } from './store-url.ts';

export { contexts } from './contexts.ts';
export const store = storeOf({
  directory: process.env['SHOP_DATA'] ?? './data',
  store: storeUrl('SHOP_STORE', process.env['SHOP_STORE']),
});
