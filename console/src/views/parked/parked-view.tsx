export function ParkedView() {
  return <p>parked</p>;
}
