/**
 * What a test file needs to run: the servers whose functions it calls, itself or through the files
 * that it imports. `sharedPostgres()` takes a part of the server that all files of a run have
 * together, `startPostgres()` starts one of its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import type { Service } from '../services/service.ts';
import { importsOf, withoutComments, type SourceFile } from '../tree/source-tree.ts';

export interface Need {
  readonly service: Service;
  readonly isShared: boolean;
}

export function neededServices(file: string, services: readonly Service[]): Need[] {
  const texts = withImports(file).map(({ text }) => withoutComments(text));
  const calls = (name: string | undefined): boolean =>
    name !== undefined && texts.some((text) => text.includes(`${name}(`));
  return services.flatMap((service) => [
    ...(calls(service.shared?.takenBy) ? [{ service, isShared: true }] : []),
    ...(calls(service.startedBy) ? [{ service, isShared: false }] : []),
  ]);
}

/** The file and all that it imports by path, but for the services, which name each other. */
function withImports(file: string): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const waiting = [file.replaceAll(sep, '/')];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !existsSync(path)) continue;
    const source = { path, text: readFileSync(path, 'utf8') };
    found.set(path, source);
    waiting.push(...importsOf(source).flatMap(({ to }) => (isFollowed(to) ? [to] : [])));
  }
  return [...found.values()];
}

function isFollowed(path: string): boolean {
  return path.endsWith('.ts') && !/(^|\/)scripts\/services(\/|\.)/.test(path);
}
