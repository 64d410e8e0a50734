/** So many of those held back are drawn. */
const DRAWN_MAX = 8;

/** A key's lane as a picture: what is parked in front, and what it holds back behind. */
export function Lane({ parked = 1, held }: { readonly parked?: number; readonly held: number }) {
  const drawn = Math.min(held, DRAWN_MAX);
  const words = `${parked} parked, ${held} held behind`;
  return (
    <span className="lane" role="img" aria-label={words} title={words}>
      {Array.from({ length: Math.min(parked, DRAWN_MAX) }, (_, index) => (
        <i key={`p${index}`} className="is-parked" />
      ))}
      {Array.from({ length: drawn }, (_, index) => (
        <i key={`h${index}`} className="is-held" />
      ))}
      {held > drawn && <b>+{held - drawn}</b>}
    </span>
  );
}
