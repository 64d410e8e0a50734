import type { Clock } from '../../host/clock.ts';
import type { ThereuponConfig } from '../../runtime/thereupon-config.ts';

/**
 * A question that an assistant may ask, as a tool of the Model Context Protocol: a thin layer over
 * what `src/inspection` answers. None changes anything. The next one is one more file like those
 * beside this one, and one more line in `question-tools.ts`.
 */
export interface QuestionTool<Asked = never> {
  readonly name: string;
  /** For a person. */
  readonly title: string;
  /** For the assistant: when to ask it, and what to do with the answer. */
  readonly description: string;
  /** The schema of each argument that it takes; no other is taken. */
  readonly arguments: Readonly<Record<keyof Asked & string, ArgumentSchema>>;
  readonly required: readonly (keyof Asked & string)[];
  /** How to ask for less, when an answer was too long. */
  readonly narrower: string;
  /** Answers with what is JSON. */
  ask(config: ThereuponConfig, asked: Asked, clock: Clock): Promise<object>;
}

/** What of JSON Schema an argument is described with. */
export interface ArgumentSchema {
  readonly description: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number | string | boolean;
  readonly items?: Omit<ArgumentSchema, 'description'>;
  readonly minItems?: number;
  readonly maxItems?: number;
}
