/** Replaces texts of real sources while they are loaded, so that no copy of them is kept. */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Break } from './canary.ts';

const root = new URL('../../', import.meta.url);

/** Call it before anything of the core is loaded. */
export function breakSources(breaks: readonly Break[]): void {
  if (breaks.length === 0) return;
  registerHooks({
    load(url, context, next) {
      const own = breaks.filter(({ file }) => new URL(file, root).href === url);
      if (own.length === 0) return next(url, context);
      const broken = own.reduce(brokenBy, readFileSync(fileURLToPath(url), 'utf8'));
      return { format: 'module', source: stripTypeScriptTypes(broken), shortCircuit: true };
    },
  });
}

/** @throws {RangeError} when the source does not say once what is to be replaced. */
export function brokenBy(source: string, { file, from, to }: Break): string {
  const parts = source.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new RangeError(`${file} has ${parts.length - 1} times what is to be broken: ${from}`);
}
