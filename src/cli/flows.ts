import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { chosenContexts } from '../inspection/chosen-contexts.ts';
import { contextFlowsOf } from '../inspection/context-flows.ts';
import type { FlowGraph } from '../inspection/flow-graph.ts';
import { flowsOf } from '../inspection/flows.ts';
import { assertSomeLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { type SeenFlows, seenFlows } from '../inspection/seen-flows.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { contextFlowsText } from './context-flows-text.ts';
import { drawingOf } from './flow-drawing.ts';
import { mermaidText } from './flows-mermaid.ts';
import { svgText } from './flows-svg.ts';
import { flowsText } from './flows-text.ts';

/** So many of the newest records of each log are looked through, unless it is said otherwise. */
const LOOKED_THROUGH = 20_000;

export function flowsCommand(means: CommandMeans): Command {
  const seen = new Option('--seen [count]', 'compare it with the newest records of each log');
  return commandOf('flows', {
    description: 'Shows the context map: who publishes what, and who listens to it.',
    example: 'thereupon flows --context ordering',
  })
    .option('--context <name>', 'what flows inside of this context')
    .addOption(new Option('--mermaid', 'as a Mermaid flowchart').conflicts(['svg', 'json', 'seen']))
    .addOption(new Option('--svg', 'as an SVG picture').conflicts(['json', 'seen']))
    .addOption(seen.preset(String(LOOKED_THROUGH)).argParser(wholeNumber))
    .option('--out <file>', 'write it to a file')
    .action(async ({ out, ...asked }: FlowsOptions & { readonly out?: string }) => {
      const text = await flows(await means.config(), asked, means);
      if (out === undefined) means.print(text);
      else write(resolve(means.cwd, out), text);
    });
}

/** What is shown of the flows, and how. */
export interface FlowsOptions {
  readonly context?: string;
  readonly mermaid?: true;
  readonly svg?: true;
  readonly json?: true;
  readonly seen?: number;
}

/** `thereupon flows`: the context map, or what flows inside of one context. */
export async function flows(
  config: ThereuponConfig,
  { context, mermaid, svg, json, seen }: FlowsOptions,
  form: Pick<CommandMeans, 'lineWidth' | 'paint'>,
): Promise<string> {
  const { contexts } = config;
  const graph =
    context === undefined
      ? flowsOf(chosenContexts(contexts, context))
      : contextFlowsOf(contexts, context);
  if (mermaid === true) return mermaidText(drawingOf(graph));
  if (svg === true) return svgText(drawingOf(graph));
  const found = seen === undefined ? undefined : await lookThrough(config, context, seen);
  if (json === true) return jsonDocument({ ...graph, ...(found && { seen: found }) });
  return asText(graph, found, form);
}

function asText(
  graph: FlowGraph,
  seen: SeenFlows | undefined,
  form: Pick<CommandMeans, 'lineWidth' | 'paint'>,
): string {
  return graph.context === null
    ? flowsText(graph, seen, form)
    : contextFlowsText(graph, graph.context, seen, form);
}

function lookThrough(
  config: ThereuponConfig,
  context: string | undefined,
  count: number,
): Promise<SeenFlows> {
  return withLogs(config, context, async (logs) => {
    assertSomeLog(logs, config.store.name);
    return seenFlows(logs, count);
  });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const told = `${file} cannot be written: ${why}. Name another file with --out.`;
    throw new QuestionError('asked-wrongly', told, { cause });
  }
}
