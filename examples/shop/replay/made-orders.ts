/**
 * Orders of our own making in the shape of a real year: sales of several lines, guests, charges,
 * returns that match, match in part and not at all, stock adjustments, prices that flip, and what
 * makes reading hard: lines that stand twice, an invoice in two blocks or with two times, numbers
 * that go back, codes in small letters, blanks behind a description. The same options give the same
 * text, letter by letter.
 */
import { seededDice, type Dice } from './dice.ts';
import { makeCustomers, makeGoods, pounds, type Customer, type Goods } from './made-goods.ts';
import { isoOfMinute, parseWallClock } from './wall-clock.ts';

export type MadeOrdersOptions = {
  readonly invoices: number;
  /** Any whole number; default 1. */
  readonly seed?: number;
};

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

/** The file's lines, each with its line break; the header first. */
export function* madeOrders({ invoices, seed = 1 }: MadeOrdersOptions): Generator<string> {
  const dice = seededDice(seed);
  const shop: Shop = {
    dice,
    goods: makeGoods(dice, 240),
    customers: makeCustomers(dice, 150),
    sales: [],
  };
  let minute = firstMinute;
  let heldBack: readonly Row[] = [];
  yield `${header}\n`;
  for (let index = 0; index < invoices; index++) {
    minute = nextMinute(dice, minute);
    // Some pairs of neighbours have their numbers the wrong way round.
    const isSwapped = index > 0 && (index - (index % 2)) % 40 === 20;
    const number = firstNumber + (isSwapped ? index ^ 1 : index);
    const rows = makeInvoice(shop, index, String(number), minute);
    const isInTwoBlocks = index % 50 === 7 && rows.length > 1;
    const cut = isInTwoBlocks ? Math.ceil(rows.length / 2) : rows.length;
    yield* rows.slice(0, cut).map(textOf);
    yield* heldBack.map((row) => textOf({ ...row, minute }));
    heldBack = rows.slice(cut);
  }
  yield* heldBack.map(textOf);
}

type Row = {
  readonly invoice: string;
  readonly code: string;
  readonly description: string;
  readonly quantity: number;
  readonly minute: number;
  readonly price: string;
  readonly customer: string;
  readonly country: string;
};
type Shop = {
  readonly dice: Dice;
  readonly goods: readonly Goods[];
  readonly customers: readonly Customer[];
  /** What customers bought lately and may bring back. */
  readonly sales: (readonly Row[])[];
};
type Frame = Pick<Row, 'invoice' | 'minute' | 'customer' | 'country'>;

const firstNumber = 700_002;
const firstMinute = parseWallClock('2023-01-02 09:00') as number;
const salesKept = 500;

function makeInvoice(shop: Shop, index: number, number: string, minute: number): Row[] {
  const { dice, sales } = shop;
  const guest: Frame = { invoice: number, minute, customer: '', country: 'United Kingdom' };
  const kind = dice.between(1, 1000);
  if (index > 0 && sales.length > 0 && kind <= 150) return makeReturn(shop, number, minute);
  if (index > 0 && kind <= 200) return [lostGoods(shop, guest)];
  if (index > 0 && kind <= 230) return [foundGoods(shop, guest)];
  if (index % 400 === 30) return [badDebt(guest)];

  const rows = makeSale(shop, guest);
  if (rows[0]?.customer !== '') sales.push(rows);
  if (sales.length > salesKept) sales.shift();
  return rows;
}

function makeSale({ dice, goods, customers }: Shop, guest: Frame): Row[] {
  const customer = dice.pick(customers);
  const isGuest = dice.chance(0.1);
  const frame = isGuest ? guest : { ...guest, customer: customer.id, country: customer.country };
  if (dice.chance(0.01)) return [chargeRow(dice, frame)];
  const isWholesale = !isGuest && dice.chance(0.6);
  const rows: Row[] = [];
  const lineCount = dice.chance(0.02) ? dice.between(60, 150) : dice.between(1, 30);
  for (let line = 0; line < lineCount; line++) {
    const quantity = isWholesale ? dice.between(1, 48) : dice.between(1, 6);
    const row = goodsRow(dice, frame, dice.pick(goods), quantity, isWholesale);
    rows.push(row);
    if (dice.chance(0.01)) rows.push(row);
    if (isGuest && dice.chance(0.03)) rows.push({ ...row, quantity: 4, price: '0' });
  }
  if (dice.chance(0.1)) rows.push(chargeRow(dice, frame));
  // Long invoices are sometimes written over the turn of a minute.
  const hasTwoTimes = rows.length > 20 && dice.chance(0.05);
  const turn = hasTwoTimes ? dice.between(1, rows.length - 1) : rows.length;
  return rows.map((row, at) => (at < turn ? row : { ...row, minute: row.minute + 1 }));
}

function makeReturn({ dice, goods, sales }: Shop, number: string, minute: number): Row[] {
  const sale = dice.pick(sales);
  const brought = sale.slice(0, dice.between(1, 3));
  const isGuest = dice.chance(0.05);
  return brought.map((row) => {
    const isMistaken = dice.chance(0.1);
    const item = dice.pick(goods);
    const quantity = dice.chance(0.1) ? row.quantity + 5 : dice.between(1, row.quantity);
    return {
      ...row,
      ...(isMistaken && { code: item.code, description: item.description, price: item.retail }),
      invoice: `C${number}`,
      minute,
      quantity: -quantity,
      customer: isGuest ? '' : row.customer,
    };
  });
}

function lostGoods({ dice, goods }: Shop, frame: Frame): Row {
  const quantity = -dice.between(1, dice.chance(0.1) ? 5000 : 60);
  const lost = goodsRow(dice, frame, dice.pick(goods), quantity, false);
  return { ...lost, price: '0', description: dice.pick(['', 'damaged', 'lost', '?']) };
}

function foundGoods({ dice, goods }: Shop, frame: Frame): Row {
  const found = goodsRow(dice, frame, dice.pick(goods), dice.between(1, 60), false);
  return { ...found, price: '0', description: 'found' };
}

function badDebt(frame: Frame): Row {
  const invoice = `A${frame.invoice}`;
  const description = 'Adjust bad debt';
  return { ...frame, invoice, code: 'B', description, quantity: 1, price: '-1234.56' };
}

function goodsRow(
  dice: Dice,
  frame: Frame,
  goods: Goods,
  quantity: number,
  isWholesale: boolean,
): Row {
  const code = dice.chance(0.05) ? goods.code.toLowerCase() : goods.code;
  const price = isWholesale ? goods.wholesale : goods.retail;
  return { ...frame, code, description: goods.description, quantity, price };
}

function chargeRow(dice: Dice, frame: Frame): Row {
  const [code, description] = dice.pick([
    ['POST', 'POSTAGE'],
    ['DOT', 'DOTCOM POSTAGE'],
    ['C2', 'CARRIAGE'],
    ['M', 'Manual'],
    ['m', 'Manual'],
    ['gift_0001_20', 'Gift voucher £20.00'],
  ] as const);
  return { ...frame, code, description, quantity: 1, price: pounds(dice.between(100, 4000)) };
}

// The shop is open from nine to half past five, and closed on Saturdays.
function nextMinute(dice: Dice, minute: number): number {
  const day = 24 * 60;
  const next = minute + dice.between(0, 30);
  if (next % day <= 17.5 * 60) return next;
  const morning = next - (next % day) + day + 9 * 60;
  const isSaturday = new Date(morning * 60_000).getUTCDay() === 6;
  return isSaturday ? morning + day : morning;
}

function textOf(row: Row): string {
  const date = isoOfMinute(row.minute).slice(0, 19).replace('T', ' ');
  const { invoice, code, description, quantity, price, customer, country } = row;
  const fields = [invoice, code, description, quantity, date, price, customer, country];
  return `${fields.map((field) => quoted(String(field))).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
