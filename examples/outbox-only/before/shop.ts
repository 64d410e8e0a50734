/** A small shop: an order takes its pieces from the stock, or is refused. */
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import { Order, orders, products } from '../tables.ts';

export async function openShop(connectionString: string): Promise<FastifyInstance> {
  const pool = new pg.Pool({ connectionString });
  const db = drizzle(pool);
  const app = fastify();
  app.addHook('onClose', () => pool.end());

  app.get('/health', async () => {
    await db.execute(sql`select 1`);
    return { isHealthy: true };
  });

  app.post('/orders', async (request, reply) => {
    const order = Order.parse(request.body);
    await db.transaction(async (tx) => {
      await tx.insert(orders).values(order);
      const [product] = await tx
        .update(products)
        .set({ stock: sql`${products.stock} - ${order.pieces}` })
        .where(eq(products.id, order.productId))
        .returning();
      if (product === undefined || product.stock < 0) throw new SoldOut();
    });
    return reply.code(201).send(order);
  });

  return app;
}

class SoldOut extends Error {
  readonly statusCode = 409;
}
