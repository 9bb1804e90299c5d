import {
  InputError,
  type Invocation,
  type InvocationFilter,
  lackingQueries,
  mapInBreaks,
  matchesQuery,
  namesSource,
  type Operation,
  type Projection,
  type Source,
  sourceKey,
  toQuery,
  weightOf,
} from "#domain";
import { type OutlineDetail, type OutlinePage, outlineOf, type Position, type RunOutline, type Stretch } from "#store";
import type { Sync } from "#sync";
import type { PageSourceState } from "../contract/index.ts";
import { joinStates } from "../paging/index.ts";
import { dependsOnState, type RunPages } from "../runs/index.ts";
import type { PageStore } from "../view/index.ts";
import { askerOf, hasDoubtful } from "../walk/index.ts";

/** Some of what a question is about, newest first. */
export interface ScannedPart<Run = RunOutline> {
  readonly runs: readonly Run[];
  readonly sources: readonly PageSourceState[];
  /** True if nothing that is meant lies between this part and those before it; known once the last one is here. */
  readonly isComplete: boolean;
}

/** What of runs is gone through: with `TIMES` what `RUNS` tells, of which no time may be missing. */
export type ScanDetail = OutlineDetail | "TIMES";

/** Goes through many runs, in parts of at most {@link EXECUTIONS_A_PART} or one run, between which others have their turns. */
export interface RunScan {
  /** What is known, from a place on; the newest end is made fresh first. Reads nothing older. */
  outlineKnown(
    filter: InvocationFilter,
    detail: OutlineDetail,
    operation: Operation,
    after?: Position | null,
  ): AsyncGenerator<ScannedPart>;
  /** Outlines of all that is created since the filter's `createdAfter`: what is not known is read, within the operation's budget. */
  outlineAll(filter: InvocationFilter, detail: ScanDetail, operation: Operation): AsyncGenerator<ScannedPart>;
}

/** What scanning is made of. */
export interface RunScanParts {
  readonly sync: Pick<Sync, "book" | "findWhole" | "oldestKnown">;
  readonly store: Pick<PageStore, "readOutlines" | "readPage">;
  readonly pages: RunPages;
}

/** Runs of one part: as many as a millisecond or two can go through. */
const PART = 250;
/** Outlines that are read at once, by what they tell. */
const OUTLINES: Readonly<Record<OutlineDetail, number>> = { RUNS: 1_000, EXECUTIONS: 1_000, OUTPUTS: PART };
/** So many are read first, since nobody knows how many servers runs have here. */
const FIRST_OUTLINES = 32;
/** What a run may not lack where it is gone through; it may lack anything if null. */
const NEEDED: Readonly<Record<ScanDetail, "INSTANCES" | "FIELDS" | null>> = {
  RUNS: null,
  TIMES: "FIELDS",
  EXECUTIONS: "INSTANCES",
  OUTPUTS: "INSTANCES",
};
/** Executions that are gone through in one turn, and about as many as are read at once. */
const EXECUTIONS_A_PART = 4_000;

/** Every question that is about more than a page goes through runs here. */
export function createRunScan(parts: RunScanParts): RunScan {
  const { sync, store } = parts;
  const sourcesOf = (filter: InvocationFilter): readonly Source[] =>
    sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));
  const readStretch = createStretchReader(parts);

  /** The sources that have runs, perhaps, that are meant and that nobody has read. */
  async function findUnread({ createdAfter, ...filter }: InvocationFilter): Promise<ReadonlySet<string>> {
    const since = createdAfter === undefined ? Number.NEGATIVE_INFINITY : Date.parse(createdAfter);
    const unread = await Promise.all(
      sourcesOf(filter).map(async (source) => {
        if ((await sync.findWhole(source)) !== null) return null;
        const oldest = await sync.oldestKnown(source);
        return oldest !== null && oldest <= since ? null : sourceKey(source);
      }),
    );
    return new Set(unread.filter((key) => key !== null));
  }

  /** Makes the newest end fresh; tells how the sources fared, and whether all of them is known. */
  async function refresh(
    filter: InvocationFilter,
    stretches: readonly Stretch[],
    detail: OutlineDetail,
    operation: Operation,
  ) {
    // What was printed is searched as it is known, whatever the state.
    const isByState = detail !== "OUTPUTS" || dependsOnState(toQuery(filter));
    const told = await readStretch(placesOf(filter), operation, 0, null, isByState);
    const unread = await findUnread(filter);
    const doubts = await findDoubts(filter, stretches, detail, store, operation);
    const isComplete = unread.size === 0 && !told.lacksRuns && !doubts.lacksRuns;
    // Statistics count what is known, and each row says whether that is all.
    const lacking = detail === "OUTPUTS" ? new Set([...doubts.sourceKeys, ...unread]) : doubts.sourceKeys;
    return { sources: markDoubts(told.sources, { sourceKeys: lacking }), isComplete };
  }

  return {
    async *outlineKnown(filter, detail, operation, after = null) {
      const stretches = sourcesOf(filter).map((source) => ({ source, after, before: null }));
      const fared = await refresh(filter, stretches, detail, operation);
      for await (const runs of outline(filter, stretches, detail, store, operation)) yield { runs, ...fared };
    },
    async *outlineAll(filter, scanned, operation) {
      const detail = scanned === "TIMES" ? "RUNS" : scanned;
      let cursor: string | null = null;
      let before: readonly PageSourceState[] | null = null;
      let isComplete = true;
      for (;;) {
        const stretch = await readStretch(filter, operation, PART, cursor);
        const { runs, hasMore, isLagging, ground } = stretch;
        // Unfinished runs are followed for the first part, whose states may have stayed old.
        const sources = markDoubts(joinStates(before, stretch.sources), { sourceKeys: keysOfLacking(runs, scanned) });
        isComplete &&= !stretch.lacksRuns;
        // A source that fails does not keep the others from filling a part: one that is not full shows all of them.
        const isBrokenOff = isLagging && runs.length === PART;
        const outlines = await mapInBreaks(
          runs,
          ({ run }) => weightOf(run),
          ({ run }) => outlineOf(run, detail),
        );
        const shown = isBrokenOff ? sources.map(withoutEnd) : sources;
        for await (const some of inTurns(outlines, operation)) yield { runs: some, sources: shown, isComplete };
        if (!hasMore || isLagging) return;
        before = sources;
        if (ground !== null) {
          const doubts = await findDoubts(filter, ground.stretches, scanned, store, operation);
          before = markDoubts(sources, doubts);
          isComplete &&= !doubts.lacksRuns;
          const known = outline(filter, ground.stretches, detail, store, operation);
          for await (const more of known) yield { runs: more, sources: before, isComplete };
        }
        cursor = ground?.cursor() ?? stretch.cursorAt(runs.at(-1)?.run ?? null);
        await operation.turn?.();
      }
    },
  };
}

/** Which sources have runs that lack instances, where these matter. */
interface Doubts {
  readonly sourceKeys: ReadonlySet<string>;
  /** True if nobody knows of some of these runs whether they are meant. */
  readonly lacksRuns: boolean;
}

async function findDoubts(
  filter: InvocationFilter,
  stretches: readonly Stretch[],
  detail: ScanDetail,
  store: RunScanParts["store"],
  operation: Operation,
): Promise<Doubts> {
  const query = toQuery(filter);
  const chosen = lackingQueries(query);
  const needed = NEEDED[detail];
  const others = needed === null ? [] : [{ ...query, lacks: needed }];
  const sourceKeys = new Set<string>();
  let lacksRuns = false;
  for (const stretch of stretches) {
    const lacksSome = await hasDoubtful(store, chosen, stretch, askerOf(operation));
    lacksRuns ||= lacksSome;
    if (lacksSome || (await hasDoubtful(store, others, stretch, askerOf(operation))))
      sourceKeys.add(sourceKey(stretch.source));
  }
  return { sourceKeys, lacksRuns };
}

/** The sources of those runs that lack what is needed of them. */
function keysOfLacking(runs: readonly { readonly run: Invocation }[], detail: ScanDetail): Doubts["sourceKeys"] {
  const lacks = NEEDED[detail];
  return new Set(
    runs.flatMap(({ run }) => (lacks !== null && matchesQuery(run, { lacks }) ? [sourceKey(run.source)] : [])),
  );
}

function markDoubts(
  sources: readonly PageSourceState[],
  { sourceKeys }: Pick<Doubts, "sourceKeys">,
): readonly PageSourceState[] {
  return sources.map((one) => (sourceKeys.has(sourceKey(one.source)) ? withoutEnd(one) : one));
}

function createStretchReader({ pages }: Pick<RunScanParts, "pages">) {
  return (
    filter: InvocationFilter,
    operation: Operation,
    size: number,
    cursor: string | null,
    isByState = cursor === null,
  ) => {
    const args = { direction: 1, size, cursor, cursorArgument: "after" } as const;
    return pages.readStretch({ args, filter, projection: NOTHING, purpose: "scan", isByState }, operation);
  };
}

/** Outlines of what is known of these stretches, part after part. */
async function* outline(
  filter: InvocationFilter,
  stretches: readonly Stretch[],
  detail: OutlineDetail,
  store: RunScanParts["store"],
  operation: Operation,
): AsyncGenerator<readonly RunOutline[]> {
  const query = toQuery(filter);
  const asker = askerOf(operation);
  let limit = detail === "RUNS" ? OUTLINES.RUNS : FIRST_OUTLINES;
  const read = (after: Position | null) => {
    const left = after === null ? stretches : stretches.map((stretch) => ({ ...stretch, after }));
    return store.readOutlines({ stretches: left, query, limit, detail, asker });
  };
  let reading: Promise<OutlinePage> | null = null;
  for (let end: Position | null = null; ; ) {
    const { outlines, next }: OutlinePage = await (reading ?? read(end));
    operation.signal.throwIfAborted();
    limit = Math.min(OUTLINES[detail], nextLimit(outlines));
    // A database reads on while this part is gone through, unless both would be long texts. Who breaks off does not wait for it.
    reading = next === null || isHeavy(outlines, detail) ? null : read(next);
    reading?.catch(() => {});
    yield* inTurns(outlines, operation);
    if (next === null) return;
    end = next;
    await operation.turn?.();
  }
}

/** To read texts of a part anew takes far less time than to search so many bytes. */
const MOST_LIGHT_BYTES = 1_000_000;

function isHeavy(found: readonly RunOutline[], detail: OutlineDetail): boolean {
  if (detail !== "OUTPUTS") return false;
  const outputs = found.flatMap(({ executions }) => executions.map(({ output }) => output?.bytes.byteLength ?? 0));
  return outputs.reduce((sum, bytes) => sum + bytes, 0) > MOST_LIGHT_BYTES;
}

/** As many runs as have the executions of a part, if they are like these; of small runs not many more, since large ones may follow. */
function nextLimit(found: readonly RunOutline[]): number {
  const executions = found.reduce((sum, { executionCount }) => sum + executionCount, 0);
  const ofLike = Math.floor((found.length * EXECUTIONS_A_PART) / Math.max(1, executions));
  return Math.max(1, Math.min(ofLike, 4 * Math.max(1, found.length)));
}

/** The runs in parts of a turn each. */
async function* inTurns(runs: readonly RunOutline[], operation: Operation): AsyncGenerator<readonly RunOutline[]> {
  let from = 0;
  let executions = 0;
  for (const [position, { executionCount }] of runs.entries()) {
    if (position > from && executions + executionCount > EXECUTIONS_A_PART) {
      yield runs.slice(from, position);
      await operation.turn?.();
      [from, executions] = [position, 0];
    }
    executions += executionCount;
  }
  yield from === 0 ? runs : runs.slice(from);
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

const NOTHING: Projection = { output: false, content: false };

/** @throws InputError `BAD_USER_INPUT` if the filter has no beginning */
export function requireCreatedAfter(filter: InvocationFilter, what: string): void {
  if (filter.createdAfter !== undefined) return;
  const message = `\`filter.createdAfter\`: expected an instant for ${what}, got none. Say how far back to look.`;
  throw new InputError("BAD_USER_INPUT", message, "filter");
}
