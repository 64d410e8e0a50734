/** A sentence in which names stand between backticks. */
export function WithCode({ text }: { readonly text: string }) {
  // What stands between two backticks is at every other place.
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
