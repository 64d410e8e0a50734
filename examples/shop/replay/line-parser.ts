/**
 * Turns a record's texts into an order line, or says what is wrong with it. The same few prices,
 * quantities and times come again and again, so each is parsed once and remembered.
 */
import type { Columns } from './columns.ts';
import { parsePriceMils, quantityMax } from './money.ts';
import type { OrderLine } from './order-lines.ts';
import { parseWallClock } from './wall-clock.ts';

export type ParsedLine =
  | { readonly line: OrderLine; readonly reason?: undefined }
  | { readonly line?: undefined; readonly reason: string };

const codeCharactersMax = 64;
const textCharactersMax = 500;

export function lineParser(
  columns: Columns,
): (lineNumber: number, fields: readonly string[]) => ParsedLine {
  const wholeNumber = remembered(parseQuantity);
  const mils = remembered(parsePriceMils);
  const wallClock = remembered(parseWallClock);

  return (lineNumber, fields) => {
    const text = (position: number) => (fields[position] ?? '').trim();
    const invoice = text(columns.invoice).toUpperCase();
    const productId = text(columns.stockCode).toUpperCase();
    const description = text(columns.description);
    const country = text(columns.country);
    const customerId = customerOf(text(columns.customer));
    const quantity = wholeNumber(text(columns.quantity));
    const unitPriceMils = mils(text(columns.price));
    const minute = wallClock(text(columns.date));

    const quoted = (position: number) => JSON.stringify(text(position).slice(0, 40));
    if (invoice === '') return { reason: 'it has no invoice number' };
    if (productId === '') return { reason: 'it has no stock code' };
    if (quantity === undefined) {
      return { reason: `the quantity ${quoted(columns.quantity)} is no whole number but 0` };
    }
    if (unitPriceMils === undefined) {
      return { reason: `the price ${quoted(columns.price)} is no amount of pounds` };
    }
    if (minute === undefined) {
      return { reason: `the date ${quoted(columns.date)} is not like 2010-12-01 08:26:00` };
    }
    const code = [invoice, productId, customerId].find((each) => each.length > codeCharactersMax);
    if (code !== undefined) {
      return { reason: `a code has ${code.length} characters, more than ${codeCharactersMax}` };
    }
    if (description.length > textCharactersMax || country.length > textCharactersMax) {
      return { reason: `a text has more than ${textCharactersMax} characters` };
    }
    const line: OrderLine = {
      invoice,
      productId,
      description,
      quantity,
      minute,
      unitPriceMils,
      customerId,
      country,
      lineNumber,
    };
    return { line };
  };
}

function parseQuantity(text: string): number | undefined {
  if (!/^-?\d{1,7}$/.test(text)) return undefined;
  const quantity = Number(text);
  return quantity === 0 || Math.abs(quantity) > quantityMax ? undefined : quantity;
}

// Spreadsheet programs write a column of numbers with gaps as "17850.0".
function customerOf(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text.toUpperCase();
}

const rememberedMax = 20_000;

function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text) as T;
    if (known.size >= rememberedMax) known.clear();
    const value = parse(text);
    known.set(Buffer.from(text).toString(), value);
    return value;
  };
}
