/** Why a program ended: what a person can put right is one line, what we got wrong shows where. */
export function failureInWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : String(error.stack);
}
