import type { Command } from 'commander';
import type { Migration, Migrations } from '../log/store.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { chosenContexts } from '../inspection/chosen-contexts.ts';
import { QuestionError } from '../inspection/question-error.ts';

/** What is migrated, and how that is told. */
export interface MigrateForm {
  readonly context: string | undefined;
  /** Only shows what would be done. */
  readonly isDryRun: boolean;
  readonly asJson: boolean;
}

export function migrateCommand({ config, print }: CommandMeans): Command {
  return commandOf('migrate', {
    description: 'Brings the logs of all contexts to the newest format.',
    example: 'thereupon migrate --dry-run > migrate.sql',
  })
    .option('--context <name>', 'only this context')
    .option('--dry-run', 'print the SQL that would be run, and run nothing')
    .action(async (options: { context?: string; dryRun?: true; json?: true }) => {
      const { context, dryRun, json } = options;
      const form = { context, isDryRun: dryRun === true, asJson: json === true };
      print(await migrate(await config(), form));
    });
}

/** `thereupon migrate`: brings the logs of all contexts, or of one, to the newest format. */
export async function migrate(config: ThereuponConfig, form: MigrateForm): Promise<string> {
  const { migrations, name } = config.store;
  if (migrations === undefined)
    throw new QuestionError(
      'asked-wrongly',
      `There is nothing to migrate in ${name}: it is brought to the newest format when it is opened.`,
    );
  const done: Migrated[] = [];
  for (const { name: context } of chosenContexts(config.contexts, form.context))
    done.push({ context, steps: await steps(migrations, context, form.isDryRun) });
  if (form.asJson) return jsonDocument({ isDryRun: form.isDryRun, contexts: done });
  return form.isDryRun ? sqlText(done) : doneText(done);
}

interface Migrated {
  readonly context: string;
  readonly steps: readonly Migration[];
}

function steps(
  migrations: Migrations,
  context: string,
  isDryRun: boolean,
): Promise<readonly Migration[]> {
  return isDryRun ? migrations.pending(context) : migrations.migrate(context);
}

/** Nothing but SQL, so that it can be given to whoever runs it. */
function sqlText(migrated: readonly Migrated[]): string {
  return migrated
    .map(({ context, steps: pending }) => {
      if (pending.length === 0) return `-- ${context}: nothing to do`;
      const texts = pending.map(
        ({ number, name, sql }) => `-- ${context}, migration ${number}: ${name}\n\n${sql}`,
      );
      return ['begin;', ...texts, 'commit;'].join('\n\n');
    })
    .join('\n\n');
}

function doneText(migrated: readonly Migrated[]): string {
  return migrated
    .map(({ context, steps: applied }) => {
      const what = applied.map(({ number, name }) => `${number} ${name}`).join(', ');
      return `${nameText(context)}: ${what === '' ? 'nothing to do' : what}`;
    })
    .join('\n');
}
