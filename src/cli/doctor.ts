import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { checkup } from '../inspection/checkup.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { doctorText } from './doctor-text.ts';
import { EXIT } from './exit-code.ts';

/** `thereupon doctor`: looks through an application and what it stands on. */
export function doctorCommand({ config, print, lineWidth, paint, onEnd }: CommandMeans): Command {
  return commandOf('doctor', {
    description:
      'Looks for what is wrong with an application and what it stands on, and says what to do. Ends with 1 when something is bad.',
    example: 'thereupon doctor',
  }).action(async ({ json }: { json?: true }) => {
    const means = { clock: systemHost().clock, nodeVersion: process.versions.node };
    const found = await checkup(await config(), means);
    print(json === true ? jsonDocument(found) : doctorText(found, { width: lineWidth, paint }));
    if (found.level === 'bad') onEnd(EXIT.failed);
  });
}
