import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeBlocks } from './code-blocks.ts';
import { commentExamples, completed, offersOf } from './comment-examples.ts';

const page = `# A page

\`\`\`ts
// ordering/order.ts: the model
export const a = 1;
\`\`\`

\`\`\`sh
npm ci
\`\`\`

\`\`\`ts run
import { a } from './ordering/order.ts';
console.log(a);
\`\`\`

It prints

\`\`\`text output
1
\`\`\`

\`\`\`ts part
{ …
\`\`\`
`;

test('the fences of a page are found, with their line, path and output', () => {
  assert.deepEqual(
    codeBlocks(page).map(({ line, path, isRun, output }) => [line, path, isRun, output]),
    [
      [4, 'ordering/order.ts', false, undefined],
      [13, 'block-13.ts', true, '1\n'],
    ],
  );
});

test('the example of a doc comment is found, with its line', () => {
  const source = `export const x = 1;\n\n/**\n * What.\n *\n * @example\n * a({\n *   b,\n * });\n */\n`;

  assert.deepEqual(commentExamples(source), [{ line: 7, code: 'a({\n  b,\n});\n' }]);
});

test('an example gets the imports it leaves out, and no other', () => {
  const offers = [
    ...offersOf(`export { publish, type Fact } from './x.ts';\nexport type { Tools };`, 'door'),
    ...offersOf(`export const order = 1;\nexport interface Fact {}\nexport function no() {}`, 'me'),
  ];
  const code = `const { order } = two;\npublish(order as Fact);`;

  assert.equal(
    completed(code, offers),
    `import { publish } from 'door'; import { type Fact } from 'door'; ${code}\nexport {};`,
  );
});
