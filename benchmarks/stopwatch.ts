/** How long something takes by the clock on the wall, in seconds. */
export async function secondsFor(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}
