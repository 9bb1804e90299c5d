import { type InvocationQuery, type Operation, UpstreamError, type Wants } from "#domain";
import { isRefusal } from "#upstreams";
import type { AdapterContext } from "./context.ts";

/** Reads the newest page of the list of all runs. */
type ReadFirst<Page> = (query: InvocationQuery, wants: Wants, operation: Operation) => Promise<Page>;

/**
 * Finds out whether the list of all runs may be read, by reading its newest page. The page is then part of the list, so that
 * finding out costs nothing. Operations that come meanwhile wait for the same page. Undefined if it was known already.
 */
export function createListProbe<Page>(context: AdapterContext, readFirst: ReadFirst<Page>) {
  let probe: { readonly subject: string; readonly page: Promise<Page | undefined> } | undefined;

  async function findOut(query: InvocationQuery, wants: Wants, operation: Operation): Promise<Page | undefined> {
    const subject = subjectOf(query, wants);
    while (probe !== undefined) {
      const { page, subject: probed } = probe;
      const first = await page;
      if (context.access.state() !== "unknown") return probed === subject ? first : undefined;
    }
    const page = orRefused(context, readFirst(query, wants, operation)).finally(() => {
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

  return async (query: InvocationQuery, wants: Wants, operation: Operation): Promise<Page | undefined> => {
    // The page may still be on its way when it is known that it may be read: how it encodes outputs is found out first.
    const isOnItsWay = probe !== undefined && probe.subject === subjectOf(query, wants);
    return isOnItsWay || context.access.state() === "unknown" ? findOut(query, wants, operation) : undefined;
  };
}

function subjectOf(query: InvocationQuery, wants: Wants): string {
  return JSON.stringify([query, wants]);
}

async function orRefused<Page>(context: AdapterContext, page: Promise<Page>): Promise<Page | undefined> {
  try {
    return await page;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.access.refuse();
    return undefined;
  }
}
