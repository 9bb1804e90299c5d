import { type Operation, UpstreamError } from "#domain";

/** Asks once for all who ask for the same at the same time. What broke only the operation that asked is no matter of the others: one of them asks anew. */
export type Share = <Value>(key: string, operation: Operation, ask: () => Promise<Value>) => Promise<Value>;

/** Begins with nothing under way. */
export function createSharing(): Share {
  const underWay = new Map<string, Promise<(() => unknown) | undefined>>();

  function lead<Value>(key: string, operation: Operation, ask: () => Promise<Value>): Promise<Value> {
    const own = ask().finally(() => underWay.delete(key));
    const outcome = own.then(
      (value) => () => value,
      (error: unknown) => {
        const isOwn = operation.signal.aborted || !(error instanceof UpstreamError) || error.isPaced === true;
        return isOwn ? undefined : () => fail(error);
      },
    );
    underWay.set(key, outcome);
    return own;
  }

  return async (key, operation, ask) => {
    for (;;) {
      const other = underWay.get(key);
      if (other === undefined) return lead(key, operation, ask);
      const outcome = await other;
      // The key names the question, so that every answer is of one type.
      if (outcome !== undefined) return outcome() as Awaited<ReturnType<typeof ask>>;
    }
  };
}

function fail(error: UpstreamError): never {
  throw error;
}
