import { isDeepStrictEqual } from "node:util";
import type { Operation } from "#domain";
import type { ReadingTurns } from "#store";

/** One thing that several gateways may want to read at once. */
export interface SharedReading<Value> {
  readonly key: string;
  /** What of the store tells that it was read anew. */
  readonly mark: () => Promise<unknown>;
  readonly read: () => Promise<Value>;
  /** What another gateway read. */
  readonly take: () => Promise<Value>;
}

/** Reads in turn with other gateways: what one of them read meanwhile is taken instead. @throws what `read` throws */
export async function readInTurn<Value>(
  turns: ReadingTurns,
  { signal }: Operation,
  { key, mark, read, take }: SharedReading<Value>,
): Promise<Value> {
  let before: unknown;
  const turn = await turns.take(key, signal, async () => {
    before = await mark();
  });
  try {
    const isRead = turn.hasWaited && !isDeepStrictEqual(await mark(), before);
    return await (isRead ? take() : read());
  } finally {
    turn.end();
  }
}
