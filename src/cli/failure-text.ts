import { QuestionError } from '../inspection/question-error.ts';

/** Ours say what to do next; of anything else whatever is known is worth showing. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof QuestionError) return error.message;
  return 'code' in error && 'retryable' in error
    ? `${error.name}: ${error.message}`
    : (error.stack ?? error.message);
}
