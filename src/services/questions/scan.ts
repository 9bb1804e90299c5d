import {
  InputError,
  type Invocation,
  type InvocationFilter,
  namesSource,
  type Operation,
  type Source,
  toQuery,
  type Wants,
} from "#domain";
import { outlineOf, type Position, placeOfOutline, positionOf, type RunOutline, type Stretch } from "#store";
import type { Sync } from "#sync";
import type { PageSourceState } from "../contract/index.ts";
import type { RunPages } from "../runs/index.ts";
import type { PageStore } from "../view/index.ts";

/** Some of what a question is about, newest first. */
export interface ScannedPart<Run> {
  readonly runs: readonly Run[];
  readonly sources: readonly PageSourceState[];
  /** True if nothing that is meant lies between this part and those before it; known once the last one is here. */
  readonly isComplete: boolean;
}

/** Goes through many runs, in parts between which others have their turns. */
export interface RunScan {
  /** What is known, from a place on; the newest end is made fresh first. Reads nothing older. */
  readKnown(
    filter: InvocationFilter,
    wants: Wants,
    operation: Operation,
    after?: Position | null,
  ): AsyncGenerator<ScannedPart<Invocation>>;
  /** Outlines of the same. @param executions false leaves those out */
  outlineKnown(
    filter: InvocationFilter,
    executions: boolean,
    operation: Operation,
  ): AsyncGenerator<ScannedPart<RunOutline>>;
  /** Outlines of all that is created since the filter's `createdAfter`: what is not known is read, within the operation's budget. */
  outlineAll(
    filter: InvocationFilter,
    executions: boolean,
    operation: Operation,
  ): AsyncGenerator<ScannedPart<RunOutline>>;
}

/** What scanning is made of. */
export interface RunScanParts {
  readonly sync: Pick<Sync, "book" | "findWhole">;
  readonly store: Pick<PageStore, "readPage" | "readOutlines">;
  readonly pages: RunPages;
}

/** Runs of one part: as many as a millisecond or two can go through. */
const PART = 250;
/** Outlines of one part. */
const OUTLINES = 1_000;

/** Every question that is about more than a page goes through runs here. */
export function createRunScan({ sync, store, pages }: RunScanParts): RunScan {
  const sourcesOf = (filter: InvocationFilter): readonly Source[] =>
    sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));

  const readStretch = (filter: InvocationFilter, operation: Operation, size: number, cursor: string | null) =>
    pages.readStretch(
      { args: { direction: 1, size, cursor, cursorArgument: "after" }, filter, wants: NOTHING, purpose: "scan" },
      operation,
    );

  /** Makes the newest end fresh; tells how the sources fared, and whether all of them is known. */
  async function refresh(filter: InvocationFilter, operation: Operation) {
    const { sources } = await readStretch(placesOf(filter), operation, 1, null);
    const wholes = await Promise.all(sourcesOf(filter).map((source) => sync.findWhole(source)));
    const isComplete = wholes.every((whole) => whole !== null) && sources.every((source) => source.isComplete);
    return { sources, isComplete };
  }

  return {
    async *readKnown(filter, wants, operation, after = null) {
      const fared = await refresh(filter, operation);
      let last = after;
      for (;;) {
        operation.signal.throwIfAborted();
        const stretches = sourcesOf(filter).map((source) => ({ source, after: last, before: null }));
        const query = toQuery(filter);
        const found = await store.readPage({ stretches, query, direction: 1, limit: PART, wants });
        const end = found.at(-1);
        yield { runs: found.map(({ run }) => run), ...fared };
        if (end === undefined || found.length < PART) return;
        last = positionOf(end.run);
        await operation.turn?.();
      }
    },
    async *outlineKnown(filter, executions, operation) {
      const fared = await refresh(filter, operation);
      const stretches = sourcesOf(filter).map((source) => ({ source, after: null, before: null }));
      for await (const runs of outline(filter, stretches, executions, store, operation)) yield { runs, ...fared };
    },
    async *outlineAll(filter, executions, operation) {
      let cursor: string | null = null;
      for (;;) {
        const { runs, sources, hasMore, ground, cursorAt } = await readStretch(filter, operation, PART, cursor);
        const isComplete = sources.every((source) => source.isComplete);
        // A source that fails does not keep the others from filling a part: one that is not full shows all of them.
        const isBrokenOff = hasMore && !isComplete && runs.length === PART;
        const outlines = runs.map(({ run }) => outlineOf(run, executions));
        yield { runs: outlines, sources: isBrokenOff ? sources.map(withoutEnd) : sources, isComplete };
        if (!hasMore || !isComplete) return;
        if (ground !== null) {
          const known = outline(filter, ground.stretches, executions, store, operation);
          for await (const more of known) yield { runs: more, sources, isComplete };
        }
        cursor = ground?.cursor() ?? cursorAt(runs.at(-1)?.run ?? null);
        await operation.turn?.();
      }
    },
  };
}

/** Outlines of what is known of these stretches, part after part. */
async function* outline(
  filter: InvocationFilter,
  stretches: readonly Stretch[],
  executions: boolean,
  store: RunScanParts["store"],
  operation: Operation,
): AsyncGenerator<readonly RunOutline[]> {
  const query = toQuery(filter);
  for (let left = stretches; ; ) {
    operation.signal.throwIfAborted();
    const found = await store.readOutlines({ stretches: left, query, limit: OUTLINES, executions });
    yield found;
    const end = found.at(-1);
    if (end === undefined || found.length < OUTLINES) return;
    left = left.map((stretch) => ({ ...stretch, after: placeOfOutline(end) }));
    await operation.turn?.();
  }
}

/** The parts up to `max` runs; the last one is not complete if runs follow. Exactly so many are whole. */
export async function* upTo<Run>(
  max: number,
  parts: AsyncIterable<ScannedPart<Run>>,
): AsyncGenerator<ScannedPart<Run>> {
  let left = max;
  for await (const part of parts) {
    const isCut = part.runs.length > left;
    yield isCut ? { runs: part.runs.slice(0, left), sources: part.sources.map(withoutEnd), isComplete: false } : part;
    if (isCut) return;
    left -= part.runs.length;
  }
}

function withoutEnd(source: PageSourceState): PageSourceState {
  return { ...source, isComplete: false };
}

/** The part of a filter that names sources: with the rest, older runs would be read until some match. */
export function placesOf({
  providerIn,
  regionIdIn,
  accountIn,
}: InvocationFilter): Pick<InvocationFilter, "providerIn" | "regionIdIn" | "accountIn"> {
  return {
    ...(providerIn === undefined ? {} : { providerIn }),
    ...(regionIdIn === undefined ? {} : { regionIdIn }),
    ...(accountIn === undefined ? {} : { accountIn }),
  };
}

const NOTHING: Wants = { output: false, content: false };

/** @throws InputError `BAD_USER_INPUT` if the filter has no beginning */
export function requireCreatedAfter(filter: InvocationFilter, what: string): void {
  if (filter.createdAfter !== undefined) return;
  const message = `\`filter.createdAfter\`: expected an instant for ${what}, got none. Say how far back to look.`;
  throw new InputError("BAD_USER_INPUT", message, "filter");
}
