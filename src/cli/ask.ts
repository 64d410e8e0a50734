import { createInterface } from 'node:readline';

/**
 * Asks the person at the terminal. No answer is undefined: Ctrl-C or Ctrl-D. The question goes to
 * standard error, as what is printed may go elsewhere.
 */
export function askOnTerminal(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(undefined));
    lines.setPrompt(question);
    lines.prompt();
  });
}
