/** The shop's tables, as Drizzle knows them, and what an order is. */
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { z } from 'zod';

export const products = pgTable('products', {
  id: text('id').primaryKey(),
  stock: integer('stock').notNull(),
});

export const orders = pgTable('orders', {
  id: text('id').primaryKey(),
  productId: text('product_id').notNull(),
  pieces: integer('pieces').notNull(),
});

export const Order = z.object({
  id: z.string(),
  productId: z.string(),
  pieces: z.number().int().positive(),
});
