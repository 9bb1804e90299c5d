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
import { type Position, positionOf, type RunStore } from "#store";
import type { Sync } from "#sync";
import type { PageSourceState } from "./contract.ts";
import type { RunPages } from "./run-pages.ts";

/** Some of the runs that a question is about, newest first. */
export interface ScannedPart {
  readonly runs: readonly Invocation[];
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
  ): AsyncGenerator<ScannedPart>;
  /** All that is meant: what is not known is read, within the operation's budget. */
  readAll(filter: InvocationFilter, wants: Wants, operation: Operation): AsyncGenerator<ScannedPart>;
}

/** What scanning is made of. */
export interface RunScanParts {
  readonly sync: Pick<Sync, "book" | "findWhole">;
  readonly store: Pick<RunStore, "readPage">;
  readonly pages: RunPages;
}

/** Runs of one part: as many as a millisecond or two can go through. */
const PART = 250;

/** Every question that is about more than a page goes through runs here. */
export function createRunScan({ sync, store, pages }: RunScanParts): RunScan {
  const sourcesOf = (filter: InvocationFilter): readonly Source[] =>
    sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));

  const readStretch = (
    filter: InvocationFilter,
    wants: Wants,
    operation: Operation,
    size: number,
    cursor: string | null,
  ) =>
    pages.readStretch(
      { args: { direction: 1, size, cursor, cursorArgument: "after" }, filter, wants, purpose: "scan" },
      operation,
    );

  return {
    async *readKnown(filter, wants, operation, after = null) {
      const { sources } = await readStretch(placesOf(filter), NOTHING, operation, 1, null);
      const wholes = await Promise.all(sourcesOf(filter).map((source) => sync.findWhole(source)));
      const isComplete = wholes.every((whole) => whole !== null) && sources.every((source) => source.isComplete);
      let last = after;
      for (;;) {
        operation.signal.throwIfAborted();
        const stretches = sourcesOf(filter).map((source) => ({ source, after: last, before: null }));
        const query = toQuery(filter);
        const found = await store.readPage({ stretches, query, direction: 1, limit: PART, wants });
        const end = found.at(-1);
        yield { runs: found.map(({ run }) => run), sources, isComplete };
        if (end === undefined || found.length < PART) return;
        last = positionOf(end.run);
        await operation.turn?.();
      }
    },
    async *readAll(filter, wants, operation) {
      let cursor: string | null = null;
      for (;;) {
        const stretch = await readStretch(filter, wants, operation, PART, cursor);
        const isComplete = stretch.sources.every((source) => source.isComplete);
        yield { runs: stretch.runs.map(({ run }) => run), sources: stretch.sources, isComplete };
        if (!stretch.hasMore || !isComplete) return;
        cursor = stretch.cursorAt(stretch.runs.at(-1)?.run ?? null);
        await operation.turn?.();
      }
    },
  };
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
