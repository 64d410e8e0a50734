/**
 * Every name behind a door of the package says in a sentence what it is. What is called, and all
 * that an application is written with, has an example too; `documentation.test.ts` compiles it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readSourceTree } from './tree/source-tree.ts';

const root = join(import.meta.dirname, '..');
const doors = readSourceTree(root, ['src']).filter(({ path }) => path.endsWith('/index.ts'));

for (const door of doors) {
  const names = namesBehind(door.path, door.text);

  test(`every name behind ${door.path} says what it is`, () => {
    const silent = names.filter(({ says }) => !/\w{3}.*[.:]/s.test(says)).map(({ name }) => name);

    assert.deepEqual(silent, []);
  });

  test(`what ${door.path} is for has an example`, () => {
    const isWholeDoor = door.path === 'src/index.ts';
    const wanting = names
      .filter(({ name, kind }) => !name.endsWith('Error') && (isWholeDoor || kind === 'function'))
      .filter(({ says }) => !says.includes('@example'))
      .map(({ name }) => name);

    assert.deepEqual(wanting, []);
  });
}

interface PublicName {
  readonly name: string;
  readonly kind: string;
  readonly says: string;
}

function namesBehind(path: string, text: string): PublicName[] {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap((found) => {
    const file = join(root, dirname(path), found[2] ?? '');
    const source = readFileSync(file, 'utf8');
    return (found[1] ?? '')
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => declarationOf(name, source));
  });
}

/** An overloaded function says it at its first signature. */
function declarationOf(name: string, source: string): PublicName {
  const comment = String.raw`(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?:\/\/[^\n]*\n)*`;
  const declaration = String.raw`export (?:async |abstract )?(function|class|const|interface|type) ${name}\b`;
  const found = new RegExp(`${comment}${declaration}`).exec(source);
  assert.ok(found, `${name} is exported, and not declared where the door says`);
  return { name, kind: found[2] ?? '', says: (found[1] ?? '').replaceAll(/^\s*\/?\*+\/?/gm, '') };
}
