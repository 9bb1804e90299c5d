import { type Invocation, type InvocationFilter, UpstreamError } from "#domain";
import { createSealer, createServices, type Page, type PageArguments, type ServicesOptions } from "#services";
import { createMemoryStore, type RunStore } from "#store";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { createOperation } from "../../support/operation.ts";
import type { WorldSource } from "./world.ts";

/** Services over a world, with what tests use most at hand. */
export interface Gateway {
  readonly services: ReturnType<typeof createServices>;
  readonly clock: FakeClock;
  readonly store: RunStore;
}

/** What a gateway of a test may have in its own way. */
export type GatewayOptions = Partial<Omit<ServicesOptions, "clock">> & {
  readonly clock?: FakeClock;
  readonly bytesMax?: number;
};

/** More than any test fills unless it means to. */
const BYTES_MAX = 1_000_000_000;

/** Puts services over sources of a world. */
export function createGateway(
  sources: readonly Pick<WorldSource, "upstream">[],
  { bytesMax = BYTES_MAX, clock = createFakeClock(), ...options }: GatewayOptions = {},
): Gateway {
  const store = options.store ?? createMemoryStore({ bytesMax });
  const services = createServices({
    upstreams: sources.map((one) => one.upstream),
    sealer: createSealer({ keys: ["a key of the tests"] }),
    clock,
    ...options,
    store,
  });
  return { services, clock, store };
}

/** Nothing beyond the rows. */
export const PLAIN = { output: false, content: false, totalCount: false } as const;

/** One walk over every page, forwards or backwards. */
export interface WalkRequest {
  readonly size: number;
  readonly direction: 1 | -1;
  readonly filter?: InvocationFilter;
  /** What happens in front of every page but the first; `shown` pages did not fail so far. */
  readonly between?: (page: number, shown: number) => void;
  readonly pagesMax?: number;
  /** Time between two pages; unless told otherwise, what a page showed is older than the freshness then. */
  readonly pauseMs?: number;
}

/** What a walk saw: the invoke ids of each page, in the order of the walk. */
export interface WalkRecord {
  readonly pages: readonly (readonly string[])[];
  /** For each page, the sources that it said to have failed and to lack something. */
  readonly owing: readonly (readonly string[])[];
  readonly failures: number;
}

/** Walks until no further page is told of. An operation that fails as a whole is tried again with the same cursor. */
export async function walkAll(gateway: Gateway, request: WalkRequest): Promise<WalkRecord> {
  const { size, direction, filter = {}, pagesMax = 2_000, pauseMs = 2_000 } = request;
  const pages: (readonly string[])[] = [];
  const owing: (readonly string[])[] = [];
  let cursor: string | null = null;
  let failures = 0;
  for (let number = 1; number <= pagesMax; number += 1) {
    if (number > 1) request.between?.(number, pages.length);
    await gateway.clock.advance(pauseMs);
    const args: PageArguments = direction > 0 ? { first: size, after: cursor } : { last: size, before: cursor };
    const page: Page<Invocation> | null = await gateway.services
      .pageInvocations(args, filter, PLAIN, createOperation())
      .catch(orNull);
    if (page === null) {
      failures += 1;
      continue;
    }
    const ids = page.edges.map(({ node }) => `${nameOfSource(node)} ${node.invokeId}`);
    pages.push(direction > 0 ? ids : ids.reverse());
    owing.push(page.sources.filter((one) => !one.isComplete && one.error !== null).map(nameOfSource));
    if (!(direction > 0 ? page.hasNextPage : page.hasPreviousPage)) return { pages, owing, failures };
    cursor = direction > 0 ? page.endCursor() : page.startCursor();
    if (cursor === null) throw new Error("There are more pages, but no cursor.");
  }
  throw new Error("The walk does not end.");
}

const nameOfSource = ({ source }: Pick<Invocation, "source">): string => `${source.provider} ${source.regionId}`;

function orNull(error: unknown): null {
  if (error instanceof UpstreamError) return null;
  throw error;
}
