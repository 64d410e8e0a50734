/** A shop of our own making: what it sells, for how much, and who buys there. */
import type { Dice } from './dice.ts';

export type Goods = {
  readonly code: string;
  readonly description: string;
  readonly wholesale: string;
  readonly retail: string;
};
export type Customer = { readonly id: string; readonly country: string };

const colours = ['BLUE', 'IVORY', 'SAGE', 'CORAL', 'PLUM', 'AMBER', 'SLATE', 'ROSE'];
const materials = ['ENAMEL', 'WILLOW', 'LINEN', 'COPPER', 'PAPER', 'STONEWARE', 'FELT', 'GLASS'];
const things = ['MUG', 'BASKET', 'BUNTING', 'TRAY', 'CANDLE', 'JUG', 'COASTER', 'STAR', 'BELL'];
const endings = ['', '', '', ' ', ', SET OF 6', ' 7" ROUND', ' £1 OFF', '   '];
const countries = ['Ireland', 'France', 'Germany', 'Spain', 'Channel Islands', 'Norway'];

export function makeGoods(dice: Dice, count: number): Goods[] {
  return Array.from({ length: count }, (_, index) => {
    const words = [dice.pick(colours), dice.pick(materials), dice.pick(things)];
    // A few goods come in kinds told apart by a letter, which some lines write small.
    const letter = index % 6 === 0 ? dice.pick(['A', 'B', 'C']) : '';
    const pence = dice.between(25, 1500);
    return {
      code: `${31_000 + index}${letter}`,
      description: words.join(' ') + dice.pick(endings),
      wholesale: index === 3 ? '0.001' : pounds(pence),
      retail: pounds(Math.ceil(pence * 1.6)),
    };
  });
}

export function makeCustomers(dice: Dice, count: number): Customer[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(40_001 + index),
    country: dice.chance(0.85) ? 'United Kingdom' : dice.pick(countries),
  }));
}

/** As the file writes it: no zeros at the end. */
export function pounds(pence: number): string {
  return String(pence / 100);
}
