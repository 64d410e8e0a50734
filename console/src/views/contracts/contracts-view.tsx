export function ContractsView() {
  return <p>contracts</p>;
}
