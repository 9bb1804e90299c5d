/**
 * Maps with at most `width` calls at once, answers in order. Rejects with the first error, and starts nothing more then.
 */
export async function mapBounded<Item, Value>(
  items: readonly Item[],
  width: number,
  map: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = new Array(items.length);
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) values[index] = await map(item);
    }
  }
  await Promise.all(
    Array.from(
      { length: Math.min(width, items.length) },
      stopping(work, () => {
        next = items.length;
      }),
    ),
  );
  return values;
}

function stopping(work: () => Promise<void>, stop: () => void): () => Promise<void> {
  return async () => {
    try {
      await work();
    } catch (error) {
      stop();
      throw error;
    }
  };
}

/** The list in pieces of at most `size`. */
export function chunk<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
