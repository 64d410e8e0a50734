/** Another service, in a process of its own: it thanks for each order, and knows the shop by contract. */
import { boundedContext, run, whenever } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { Ordered, shop } from './after/shop.ts';

const mailing = boundedContext('mailing', {
  reactions: [
    whenever('thank the customer', Ordered, (event) => {
      console.log(`thanks for ${event.data.id}`);
    }),
  ],
});

const store = postgres(process.env['DATABASE_URL'] ?? '');
const running = await run([shop, mailing], { store, only: ['mailing'] });
console.log('mailing runs');
process.once('SIGTERM', () => void running.stop());
