export function TraceView() {
  return <p>trace</p>;
}
