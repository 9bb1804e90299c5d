import { wakeInSlices } from "#domain";

/** Who is told of a mailbox's end. */
export interface MailboxOwner {
  /** The reader leaves before the end. */
  onReturn(): void;
  /** It was closed, by whomever; once. */
  onClose(): void;
}

/**
 * Holds for one reader what it has not read yet: the newest value only, so that a slow reader costs no memory. Thousands may wait
 * for the same: their readers are woken a few at a time. `return` may be called while `next` waits, and ends that wait.
 */
export class Mailbox<Value> implements AsyncIterableIterator<Value> {
  private unread: { readonly value: Value } | null = null;
  private isClosed = false;
  private failure: Error | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly owner: MailboxOwner) {}

  /** Takes the place of a value that has not been read. */
  put(value: Value): void {
    if (this.isClosed) return;
    this.unread = { value };
    this.stir();
  }

  /** Nothing comes after what is there; with an error, the reader meets it once. */
  close(error?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.failure = error ?? null;
    this.owner.onClose();
    this.stir();
  }

  next(): Promise<IteratorResult<Value>> {
    if (this.unread !== null || this.isClosed) return this.take();
    return new Promise((resolve) => {
      this.wake = () => resolve(this.take());
    });
  }

  async return(): Promise<IteratorResult<Value>> {
    if (!this.isClosed) this.owner.onReturn();
    this.unread = null;
    this.close();
    this.failure = null;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async take(): Promise<IteratorResult<Value>> {
    const { unread, failure } = this;
    this.unread = null;
    if (unread !== null) return { done: false, value: unread.value };
    this.failure = null;
    if (failure !== null) throw failure;
    return { done: true, value: undefined };
  }

  private stir(): void {
    if (this.wake !== null) wakeInSlices(this.wake);
    this.wake = null;
  }
}
