/** Why something is done: it is kept in the audit trail, with who does it. */
export function WhyField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (why: string) => void;
}) {
  return (
    <label className="field">
      <span>Why</span>
      <textarea
        name="why"
        required
        // The longest reason that is kept.
        maxLength={1_000}
        rows={2}
        value={value}
        onChange={(change) => onChange(change.target.value)}
      />
      <small>Kept in the audit trail, with who did it and when.</small>
    </label>
  );
}
