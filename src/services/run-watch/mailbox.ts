import { wakeInSlices } from "#domain";

/** Holds for one reader what it has not read yet: the newest value only, so that a slow reader costs no memory. */
export interface Mailbox<Value> {
  /** Takes the place of a value that has not been read. */
  put(value: Value): void;
  /** Nothing comes after what is there; with an error, the reader meets it once. */
  close(error?: Error): void;
  /** For one reader; `return` may be called while `next` waits, and ends that wait. */
  readonly values: AsyncIterableIterator<Value>;
}

/** Who is told of a mailbox's end. */
export interface MailboxEvents {
  /** The reader leaves before the end. */
  onReturn(): void;
  /** It was closed, by whomever; once. */
  onClose(): void;
}

/** An empty mailbox. Thousands may wait for the same: their readers are woken a few at a time. */
export function createMailbox<Value>({ onReturn, onClose }: MailboxEvents): Mailbox<Value> {
  let unread: { readonly value: Value } | null = null;
  let isClosed = false;
  let failure: Error | null = null;
  let wake: (() => void) | null = null;

  const stir = (): void => {
    if (wake !== null) wakeInSlices(wake);
    wake = null;
  };
  const close = (error?: Error): void => {
    if (isClosed) return;
    isClosed = true;
    failure = error ?? null;
    onClose();
    stir();
  };
  const take = (): IteratorResult<Value> | null => {
    if (unread !== null) {
      const { value } = unread;
      unread = null;
      return { done: false, value };
    }
    if (failure !== null) {
      const error = failure;
      failure = null;
      throw error;
    }
    return isClosed ? { done: true, value: undefined } : null;
  };
  const values: AsyncIterableIterator<Value> = {
    async next() {
      for (;;) {
        const taken = take();
        if (taken !== null) return taken;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async return() {
      if (!isClosed) onReturn();
      unread = null;
      close();
      failure = null;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => values,
  };
  return {
    put(value) {
      if (isClosed) return;
      unread = { value };
      stir();
    },
    close,
    values,
  };
}
