import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../host/clock.ts';
import { QuestionError } from '../inspection/question-error.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, messageText } from '../telemetry/safe-text.ts';
import { type CommandMeans, type Conversation, wholeNumber } from './command.ts';
import { questionTools } from './mcp/question-tools.ts';
import { loadMcpSdk } from './mcp/sdk.ts';
import { serveQuestions } from './mcp/serve-questions.ts';

/** About 8,000 tokens: an assistant keeps every answer in mind. */
const CHARACTERS = 24_000;
const CHARACTERS_MIN = 4_000;
const CHARACTERS_MAX = 1_000_000;
/** A failure is one line on standard error, no longer than this. */
const FAILURE_LENGTH_MAX = 1_000;

const EXAMPLE = `
Example, in the configuration of an assistant:
  {
    "mcpServers": {
      "thereupon": { "command": "npx", "args": ["--no-install", "thereupon", "mcp"] }
    }
  }
`;

export function mcpCommand(means: CommandMeans): Command {
  return new Command('mcp')
    .description(
      "Answers an assistant's questions by the Model Context Protocol (MCP) over standard input and " +
        'output, until its input ends. It changes nothing.',
    )
    .option('--characters <count>', 'at most so many characters an answer', characters, CHARACTERS)
    .addHelpText('after', EXAMPLE)
    .action(async (options: { characters: number }) => mcp(options.characters, means));
}

/** What an MCP server works with. */
export type McpMeans = Pick<
  CommandMeans,
  'config' | 'conversation' | 'untilInterrupted' | 'err' | 'terminal'
>;

/** `thereupon mcp`: a server of one assistant. */
async function mcp(charactersMax: number, means: McpMeans): Promise<void> {
  const { conversation, untilInterrupted, err, terminal } = means;
  // Before anything is loaded that may write to standard output.
  const { input, output } = conversationOf(conversation);
  const config = await configIn(means);
  const sdk = await loadMcpSdk();
  if (terminal !== undefined) err(HINT);
  const onFailure = (text: string): void =>
    err(`${cutText(messageText(text).replaceAll('\n', ' '), FAILURE_LENGTH_MAX)}\n`);
  const asking = { config, clock: systemClock(), charactersMax, onFailure };
  const serving = { tools: questionTools, asking, version: packageVersion(), input, output };
  // A server is told to end by either: that is no failure.
  await untilInterrupted(
    (signal) => serveQuestions(sdk, { ...serving, signal }),
    ['SIGINT', 'SIGTERM'],
  );
}

const HINT = 'An assistant starts this, and speaks with it over these streams. Ctrl-C ends it.\n';

function conversationOf(conversation: McpMeans['conversation']): Conversation {
  if (conversation !== undefined) return conversation();
  throw new QuestionError(
    'asked-wrongly',
    'thereupon mcp needs the standard input and output of a process of its own. Start it as one.',
  );
}

/** What is wrong with it in one line, as it ends in the log of an assistant. */
async function configIn({ config }: McpMeans): Promise<ThereuponConfig> {
  try {
    return await config();
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    const { cause } = error;
    const [said = ''] = error.message.split('\n');
    const told =
      cause instanceof Error
        ? `${said} ${cause.name}: ${cause.message.split('\n')[0]}`
        : said.replace(/:$/, '.');
    throw new QuestionError(error.code, told, { cause: error });
  }
}

function packageVersion(): string {
  const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function characters(text: string): number {
  const count = wholeNumber(text);
  if (count >= CHARACTERS_MIN && count <= CHARACTERS_MAX) return count;
  throw new InvalidArgumentError('It is a number from 4,000 to 1,000,000.');
}
