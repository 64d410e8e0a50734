import type { Clock } from '../../host/clock.ts';
import { QuestionError } from '../../inspection/question-error.ts';
import { InvalidTimeError } from '../../message/business-time.ts';
import type { ThereuponConfig } from '../../runtime/thereupon-config.ts';
import { jsonText, messageText } from '../../telemetry/safe-text.ts';
import type { QuestionTool } from './question-tool.ts';
import { withinBudget } from './within-budget.ts';

/** What is kept free for saying what was cut. */
const TOLD_OF_CUTS = 2_000;
/** An error's message is cut here. */
const ERROR_LENGTH_MAX = 4_000;

/** What questions are asked of, and how long their answers may be. */
export interface Asking {
  readonly config: ThereuponConfig;
  readonly clock: Clock;
  /** At most so many characters an answer. */
  readonly charactersMax: number;
  /** Hears of what failed, for whoever looks after the program. */
  readonly onFailure: (text: string) => void;
}

/** An answer as the protocol has it: for a program, and the same as text, escapes and all. */
export interface ToolAnswer {
  [key: string]: unknown;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: true;
}

/** Asks a question. One that cannot be answered is answered with what to ask instead. */
export async function answerQuestion(
  tool: QuestionTool,
  asked: unknown,
  asking: Asking,
): Promise<ToolAnswer> {
  const { config, clock, charactersMax } = asking;
  try {
    const answer = await tool.ask(config, asked as never, clock);
    const structuredContent = shortened(answer, charactersMax, tool.narrower);
    return { content: [text(jsonText(structuredContent))], structuredContent };
  } catch (error) {
    return { content: [text(failureText(tool, error, asking))], isError: true };
  }
}

function text(of: string): ToolAnswer['content'][number] {
  return { type: 'text', text: of };
}

/** What was cut comes first, so that nobody takes a part for the whole. */
function shortened(
  answer: object,
  charactersMax: number,
  narrower: string,
): Record<string, unknown> {
  const whole = withinBudget(answer, charactersMax);
  if (whole.cut.length === 0) return whole.value as Record<string, unknown>;
  const { value, cut } = withinBudget(answer, charactersMax - TOLD_OF_CUTS);
  const note = { charactersMax, missing: cut, advice: narrower };
  return { cut: note, ...(value as Record<string, unknown>) };
}

function failureText(tool: QuestionTool, error: unknown, { onFailure }: Asking): string {
  const isAskedWrongly = error instanceof QuestionError || error instanceof InvalidTimeError;
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  const told = isAskedWrongly ? message : `${name}: ${message}`;
  if (!isAskedWrongly) onFailure(`${tool.name} failed. ${told}`);
  return messageText(told).slice(0, ERROR_LENGTH_MAX);
}
