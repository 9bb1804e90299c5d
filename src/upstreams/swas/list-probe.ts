import { type InvocationQuery, type Operation, type Projection, UpstreamError } from "#domain";
import { orWhenRefused, type RunListPage } from "../contract/index.ts";
import type { AdapterContext } from "./context.ts";

/** Reads the newest page of the list of all runs. */
type ReadFirst = (query: InvocationQuery, projection: Projection, operation: Operation) => Promise<RunListPage>;

/**
 * Finds out whether the list of all runs may be read, by reading its newest page. The page is then part of the list, so that
 * finding out costs nothing. Operations that come meanwhile wait for the same page. Undefined if it was known already.
 */
export function createListProbe(context: AdapterContext, readFirst: ReadFirst) {
  let probe: { readonly subject: string; readonly page: Promise<RunListPage | undefined> } | undefined;

  async function findOut(
    query: InvocationQuery,
    projection: Projection,
    operation: Operation,
  ): Promise<RunListPage | undefined> {
    const subject = subjectOf(query, projection);
    while (probe !== undefined) {
      const { page, subject: probed } = probe;
      const first = await page;
      if (context.access.state() !== "unknown") return probed === subject ? first : undefined;
    }
    const page = orWhenRefused(readFirst(query, projection, operation), undefined).finally(() => {
      probe = undefined;
    });
    // Those who wait need not fail with an operation that was broken off: one of them begins anew.
    const shared = page.catch((error: unknown) => {
      if (operation.signal.aborted || !(error instanceof UpstreamError)) return undefined;
      throw error;
    });
    shared.catch(() => {});
    probe = { subject, page: shared };
    return page;
  }

  return async (
    query: InvocationQuery,
    projection: Projection,
    operation: Operation,
  ): Promise<RunListPage | undefined> => {
    // The page may still be on its way when it is known that it may be read: how it encodes outputs is found out first.
    const isOnItsWay = probe !== undefined && probe.subject === subjectOf(query, projection);
    return isOnItsWay || context.access.state() === "unknown" ? findOut(query, projection, operation) : undefined;
  };
}

function subjectOf(query: InvocationQuery, projection: Projection): string {
  return JSON.stringify([query, projection]);
}
