import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { schemaRows } from './schema-rows.ts';

test('each field is a line, with what is inside of it below', () => {
  const line = z.object({ sku: z.string().max(20), note: z.string().optional() });
  const rows = rowsOf(z.object({ orderId: z.string(), lines: z.array(line) }));

  assert.deepEqual(
    rows.map(({ path, depth, type, isRequired }) => [path, depth, type, isRequired]),
    [
      ['orderId', 0, 'text', true],
      ['lines', 0, 'list of objects', true],
      ['lines.sku', 1, 'text', true],
      ['lines.note', 1, 'text', false],
    ],
  );
  assert.deepEqual(rows[2]?.notes, ['at most 20 characters']);
});

test('choices, enumerations and names that may be any are said in words', () => {
  const rows = rowsOf(
    z.object({
      gift: z.union([z.string(), z.null()]),
      currency: z.enum(['GBP', 'EUR']),
      prices: z.record(z.string(), z.number()),
    }),
  );

  assert.deepEqual(
    rows.map(({ name, type }) => `${name}: ${type}`),
    ['gift: text or null', 'currency: "GBP" or "EUR"', 'prices: object', 'any name: number'],
  );
});

test('a schema that refers to itself comes to an end', () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });

  const rows = rowsOf(tree);

  assert.equal(rows[0]?.path, 'name');
  assert.ok(rows.some(({ path }) => path === 'children.children.name'));
  assert.ok(rows.length < 20);
});

test('the bounds that any whole number has are not told', () => {
  assert.deepEqual(rowsOf(z.object({ pence: z.number().int().min(1) }))[0]?.notes, ['at least 1']);
});

function rowsOf(schema: z.ZodType) {
  return schemaRows(z.toJSONSchema(schema) as Record<string, unknown>);
}
