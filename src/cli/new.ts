import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { QuestionError } from '../inspection/question-error.ts';
import { jsonDocument, messageText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { EXIT } from './exit-code.ts';
import { INSTALLED } from './new/manifest.ts';
import { npmInstall } from './new/npm-install.ts';
import { assertProjectName } from './new/project-name.ts';
import { writeProject } from './new/write-project.ts';

/** `thereupon new NAME`: a project that runs, to begin with. */
export function newCommand(means: CommandMeans): Command {
  return commandOf('new', {
    description: 'Makes a project that runs: two contexts that talk, an HTTP API, and tests.',
    example: 'thereupon new cinema && cd cinema && npm run dev',
  })
    .argument('[name]', 'of the project and of its directory; . takes the one you are in')
    .option('--no-install', 'leave npm install to you')
    .option('--thereupon <spec>', 'what it depends on: a version, or a tarball (default: this one)')
    .action((name: string | undefined, asked: Asked) => makeProject(name, asked, means));
}

interface Asked {
  readonly install: boolean;
  readonly thereupon?: string;
  readonly json?: true;
}

async function makeProject(
  given: string | undefined,
  asked: Asked,
  { ask, cwd, err, onEnd, print }: CommandMeans,
): Promise<void> {
  const place = given ?? (await askedName(ask));
  const directory = resolve(cwd, place);
  const name = place === '.' ? basename(directory) : place;
  assertProjectName(name, INSTALLED);
  const thereupon = specOf(asked.thereupon, cwd);
  const files = writeProject({ name, directory, thereupon });
  if (asked.install) err(`${files.length} files are in ${messageText(directory)}. npm install …\n`);
  const isInstalled =
    asked.install && (await npmInstall(directory, (text) => err(messageText(text))));
  if (asked.json) print(jsonDocument({ name, directory, files, isInstalled }));
  else print(nextSteps({ name, place, isInstalled }));
  if (asked.install === isInstalled) return;
  err('npm install failed; it says why above. The project is there: mend it, and install again.\n');
  onEnd(EXIT.failed);
}

async function askedName(ask: CommandMeans['ask']): Promise<string> {
  if (ask === undefined)
    throw new QuestionError(
      'asked-wrongly',
      'A project needs a name, and there is nobody here to ask: thereupon new NAME.',
    );
  const answer = await ask('What is the project called? (cinema) ');
  if (answer === undefined) throw new QuestionError('asked-wrongly', 'Then there is no project.');
  return answer.trim() || 'cinema';
}

/** A path counts from here; in the project's `package.json` it would count from there. */
function specOf(given: string | undefined, cwd: string): string | undefined {
  if (given === undefined || !existsSync(resolve(cwd, given))) return given;
  return `file:${resolve(cwd, given)}`;
}

function nextSteps(made: {
  readonly name: string;
  readonly place: string;
  readonly isInstalled: boolean;
}): string {
  const steps = [
    ...(made.place === '.' ? [] : [`cd ${made.place}`]),
    ...(made.isInstalled ? [] : ['npm install']),
    'npm test         # its rules, and both contexts together',
    'npm run dev      # runs it, and runs it anew when you change a file',
  ];
  return [
    `${made.name} is there: two contexts that talk through one contract. What comes next:`,
    '',
    ...steps.map((step) => `  ${step}`),
    '',
    'Its README.md says what to try then.',
  ].join('\n');
}
