export function LogView() {
  return <p>log</p>;
}
