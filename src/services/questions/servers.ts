import { createHash } from "node:crypto";
import {
  contains,
  type Instance,
  type InvocationFilter,
  instanceKey,
  namesSource,
  type Operation,
  type Source,
  sourceRank,
  UpstreamError,
} from "#domain";
import { type Sync, toSourceFailure } from "#sync";
import type { InstanceFilter, Page, PageArguments, PageSourceState, Sealer } from "../contract/index.ts";
import { behind, type DescribeSource, openPlace, readPageArguments, takePage, toPage } from "../paging/index.ts";
import { placesOf } from "./scan.ts";

/** What is asked about servers across sources. */
export interface ServerPages {
  /** Servers of every source, by source and then by id. */
  page(args: PageArguments, filter: InstanceFilter, operation: Operation): Promise<Page<Instance>>;
  /** The filter with the servers that a part of a name means now; the filter itself if it has none. */
  resolveNames(filter: InvocationFilter, operation: Operation): Promise<NamedServers>;
  /** The same page with what is wrong with sources whose servers could not be read: runs of theirs may be missing. */
  pageNamed<Listed extends Page<unknown>>(
    filter: InvocationFilter,
    operation: Operation,
    read: (named: InvocationFilter) => Promise<Listed>,
  ): Promise<Listed>;
}

/** What a part of a name came to. */
export interface NamedServers {
  readonly filter: InvocationFilter;
  /** Why servers of a source could not be read, by the source. */
  readonly failures: ReadonlyMap<string, UpstreamError>;
  /** Says of sources whose servers could not be read what is wrong with them: runs of theirs may be missing. */
  describe(sources: readonly PageSourceState[]): readonly PageSourceState[];
}

/** What these pages are made of. */
export interface ServerPagesParts {
  readonly sync: Pick<Sync, "book" | "servers">;
  readonly sealer: Sealer;
  readonly describe: DescribeSource;
}

/** Servers are read whole, source by source, and kept for a minute: then names cost nothing more. */
export function createServerPages({ sync, sealer, describe }: ServerPagesParts): ServerPages {
  const sourcesOf = (filter: InstanceFilter): readonly Source[] =>
    sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));

  /** @throws UpstreamError if nothing is known of the servers of any source */
  async function readAll(sources: readonly Source[], operation: Operation) {
    const read = await Promise.all(
      sources.map(async (source) => {
        try {
          return { source, isKnown: true, ...(await sync.servers.readAllInstances(source, operation)) };
        } catch (error) {
          if (!(error instanceof UpstreamError)) throw error;
          return { source, isKnown: false, instances: [], isWhole: false, failure: error };
        }
      }),
    );
    const failure = read.find((one) => one.failure !== null)?.failure ?? null;
    if (failure !== null && !read.some(({ isKnown }) => isKnown)) throw failure;
    return read;
  }

  async function resolveNames(filter: InvocationFilter, operation: Operation): Promise<NamedServers> {
    const { instanceNameContains } = filter;
    if (instanceNameContains === undefined) return { filter, failures: new Map(), describe: (sources) => sources };
    const read = await readAll(sourcesOf(placesOf(filter)), operation);
    const named = read.flatMap(({ instances }) => instances.filter((one) => contains(one.name, instanceNameContains)));
    const failures = new Map(
      read.flatMap(({ source, failure }) => (failure ? [[sourceRank(source), failure] as const] : [])),
    );
    return {
      filter: { ...filter, instanceKeyIn: new Set(named.map(instanceKey)) },
      failures,
      describe: (sources) => sources.map((state) => withFailure(state, failures.get(sourceRank(state.source)))),
    };
  }

  return {
    resolveNames,
    async pageNamed(given, operation, read) {
      const { filter, failures, describe: add } = await resolveNames(given, operation);
      const page = await read(filter);
      if (failures.size === 0) return page;
      return { ...page, totalCount: null, sources: add(page.sources), isScanComplete: false };
    },
    async page(args, filter, operation) {
      const request = readPageArguments(args);
      const purpose = `servers\n${JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
      const place = openPlace(sealer, purpose, request);
      const read = await readAll(sourcesOf(filter), operation);
      const rows = read
        .flatMap(({ instances }) => instances.filter((one) => isMeant(one, filter)))
        .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
      const { taken, hasMore } = takePage(behind(rows, placeOf, place, request), request);
      return toPage(request, {
        edges: taken.map((node) => ({ node, cursor: () => sealer.seal(purpose, placeOf(node)) })),
        hasMore,
        totalCount: read.every(({ isWhole }) => isWhole) ? rows.length : null,
        sources: await Promise.all(
          read.map(async ({ source, failure, isWhole }) => {
            const state = await describe(source, isWhole);
            return failure === null ? state : { ...state, error: toSourceFailure(failure) };
          }),
        ),
      });
    },
  };
}

function withFailure(state: PageSourceState, failure: UpstreamError | undefined): PageSourceState {
  if (failure === undefined) return state;
  return { ...state, error: toSourceFailure(failure), isComplete: false, isCurrent: false };
}

function isMeant(instance: Instance, { nameContains, instanceIdIn, osTypeIn }: InstanceFilter): boolean {
  const { name, instanceId, osType } = instance;
  return (
    (nameContains === undefined || contains(name, nameContains)) &&
    (instanceIdIn?.includes(instanceId) ?? true) &&
    (osTypeIn === undefined || osTypeIn.some((word) => word.toLowerCase() === osType?.toLowerCase()))
  );
}

// Short, so that cursors are: a source in four bytes.
function placeOf({ source, instanceId }: Instance): string {
  return `${sourcePlace(source)}${instanceId}`;
}

const places = new WeakMap<Source, string>();

function sourcePlace(source: Source): string {
  const known = places.get(source) ?? createHash("sha256").update(sourceRank(source)).digest("hex").slice(0, 8);
  places.set(source, known);
  return known;
}
