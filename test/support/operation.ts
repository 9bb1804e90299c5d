import type { Operation } from "#domain";

/** An operation with plenty of time and budget that counts what it is charged. */
export function createOperation(overrides: Partial<Operation> = {}): Operation & { readonly spent: string[] } {
  const spent: string[] = [];
  return {
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: "test-request",
    meter: {
      spend: (source, action) => {
        spent.push(`${source.provider} ${source.regionId} ${action}`);
      },
      addCached: () => {},
    },
    ...overrides,
    spent,
  };
}
