export function ProcessesView() {
  return <p>processes</p>;
}
