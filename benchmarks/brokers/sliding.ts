/**
 * Does something with each, so many at a time: one more for each that is done, as after waiting for all of
 * a batch the server would have nothing to do.
 */
export async function sliding<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < items.length) {
      next += 1;
      await work(items[next - 1] as T);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
