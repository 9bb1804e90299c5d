import { LIMITS, refuseAbove } from "../errors/index.ts";

/** What an operation holds in memory as long as it goes on. */
export interface Held {
  /** Operations with the same one hold it together. */
  readonly document: object;
  readonly documentCharacters: number;
  /** Of its variables, which are its own. */
  readonly ownCharacters: number;
}

/** Weighs what one client holds. */
export interface Holdings {
  /**
   * Counts it until the returned function is called.
   * @throws RefusalError if that is too much of one client, or of all
   */
  hold(held: Held): () => void;
  /**
   * Counts so many bytes of a request that has not come whole, beside those that wait.
   * @throws RefusalError if the client has too many, and then counts none of them
   */
  receive(bytes: number): void;
  /** The bytes that were counted wait no more: they came whole, or are dropped. */
  received(bytes: number): void;
  /** Resolves once a request of so many bytes has room beside the others of the client. Rejects with RefusalError if too many bytes wait. What it resolves to is to be called once it is answered. */
  hand(bytes: number): Promise<() => void>;
}

/** Four clients with as much as they may hold. */
const MOST_OF_ALL = 4 * LIMITS.heldCharacters;
/** As objects they take up to twenty times as much. */
const MOST_HANDED_BYTES = 1_048_576;
const LIGHT_BYTES = 1_024;

/** For each client its own, and one limit for all. */
export function createHoldings(): () => Holdings {
  const all = createScale(MOST_OF_ALL);
  return () => {
    const own = createScale(LIMITS.heldCharacters);
    return {
      hold(held) {
        const leaveOwn = own(held);
        try {
          const leaveAll = all(held);
          return () => {
            leaveOwn();
            leaveAll();
          };
        } catch (error) {
          leaveOwn();
          throw error;
        }
      },
      ...createLine(),
    };
  };
}

function createScale(max: number): (held: Held) => () => void {
  const documents = new Map<object, number>();
  let characters = 0;
  return ({ document, documentCharacters, ownCharacters }) => {
    const count = documents.get(document) ?? 0;
    const more = ownCharacters + (count === 0 ? documentCharacters : 0);
    refuseAbove("heldCharacters", characters + more, max);
    characters += more;
    documents.set(document, count + 1);
    return () => {
      const left = (documents.get(document) ?? 1) - 1;
      characters -= ownCharacters + (left === 0 ? documentCharacters : 0);
      if (left === 0) documents.delete(document);
      else documents.set(document, left);
    };
  };
}

const NOTHING = (): void => {};

function createLine(): Pick<Holdings, "receive" | "received" | "hand"> {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let handed = 0;
  let waitingBytes = 0;
  const beginNext = (): void => {
    for (let [next] = waiting; next !== undefined && handed + next.bytes <= MOST_HANDED_BYTES; [next] = waiting) {
      waiting.shift();
      waitingBytes -= next.bytes;
      handed += next.bytes;
      next.begin();
    }
  };
  const receive = (bytes: number): void => {
    refuseAbove("waitingBytes", waitingBytes + bytes);
    waitingBytes += bytes;
  };
  return {
    receive,
    received(bytes) {
      waitingBytes -= bytes;
    },
    async hand(bytes) {
      if (bytes <= LIGHT_BYTES) return NOTHING;
      receive(bytes);
      const leave = (): void => {
        handed -= bytes;
        beginNext();
      };
      return new Promise((resolve) => {
        waiting.push({ bytes, begin: () => resolve(leave) });
        beginNext();
      });
    },
  };
}
