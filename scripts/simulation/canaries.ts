import type { SimulateOptions } from './command-line.ts';

export async function runCanaries(_options: SimulateOptions): Promise<boolean> {
  return false;
}
