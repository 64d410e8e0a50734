/** Keys by the time they are due: a binary heap, so that a million waiting ones cost nothing. */
export class DueQueue {
  readonly #heap: Due[] = [];

  push(due: Due): void {
    const heap = this.#heap;
    heap.push(due);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((heap[parent] as Due).at <= (heap[child] as Due).at) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  peek(): Due | undefined {
    return this.#heap[0];
  }

  pop(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    this.#sink();
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < heap.length && (heap[child] as Due).at < (heap[least] as Due).at) least = child;
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Due;
    this.#heap[a] = this.#heap[b] as Due;
    this.#heap[b] = kept;
  }
}

export interface Due {
  readonly at: number;
  readonly key: string;
}
