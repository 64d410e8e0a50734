/** The shop's context map: six contexts that know each other by contracts only. */
import { billing } from './billing/context.ts';
import { catalogue } from './catalogue/context.ts';
import { customers } from './customers/context.ts';
import { fulfilment } from './fulfilment/context.ts';
import { inventory } from './inventory/context.ts';
import { ordering } from './ordering/context.ts';

export const contexts = [customers, catalogue, ordering, inventory, billing, fulfilment];
