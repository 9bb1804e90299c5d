/** Ends an operation at once, also while something is awaited. Thousands may be held: a class and a list weigh a tenth of an `AbortSignal`. */
export class Stop {
  hasCome = false;
  private listeners: (() => void)[] = [];

  now(): void {
    this.hasCome = true;
    for (const listen of this.listeners.splice(0)) listen();
  }

  /** Calls back when it comes, at once if it has. Returns what forgets that. */
  onStop(listen: () => void): () => void {
    if (this.hasCome) listen();
    else this.listeners.push(listen);
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listen);
    };
  }

  /** What is waited for, or null once nobody wants more. Holds on to nothing afterwards: it is asked for every event. */
  or<Value>(awaited: Promise<Value>): Promise<Value | null> {
    return new Promise((resolve, reject) => {
      const forget = this.onStop(() => resolve(null));
      awaited.then(resolve, reject).finally(forget);
    });
  }
}
