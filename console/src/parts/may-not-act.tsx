/** Stands where the buttons would be. */
export function MayNotAct({ what }: { readonly what: string }) {
  return (
    <p className="note" data-may-not-act>
      You may look. {what} is for operators: sign in with an operator’s token.
    </p>
  );
}
