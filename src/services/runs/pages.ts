import {
  canonicalText,
  type Invocation,
  type InvocationFilter,
  invocationKey,
  lacksOutput,
  matchesQuery,
  type Operation,
  type Projection,
  toQuery,
} from "#domain";
import { markOutputs, type StoredRun, timeOf } from "#store";
import type { Sync } from "#sync";
import type { Page, PageArguments, PageProjection } from "../contract/index.ts";
import { readPageArguments, toPage } from "../paging/index.ts";
import type { PageStore } from "../view/index.ts";
import { countRuns, type PageSource } from "../walk/index.ts";
import { notePageLife } from "./answer-life.ts";
import { followRows, tellFollowed } from "./patience.ts";
import { type RunStretch, readStretch, type StretchRequest } from "./stretch.ts";
import type { RunPagesParts } from "./stretch-reading.ts";

/** Reads pages of the runs of every source. */
export interface RunPages {
  page(
    args: PageArguments,
    filter: InvocationFilter,
    projection: PageProjection,
    operation: Operation,
  ): Promise<Page<Invocation>>;
  readStretch(request: StretchRequest, operation: Operation): Promise<RunStretch>;
}

/** Pages are answered from the store; what it does not know is read first. */
export function createRunPages(parts: RunPagesParts): RunPages {
  const { store, sync, revision } = parts;
  const read: RunPages["readStretch"] = (request, operation) => readStretch(request, parts, operation);
  return {
    readStretch: read,
    async page(args, filter, projection, operation) {
      const request = readPageArguments(args);
      // The servers that a name stands for may change during a walk; its cursors stay good.
      const purpose = `runs\n${canonicalText({ ...filter, instanceKeyIn: undefined })}`;
      const revisionBefore = revision();
      const stretch = await read(
        { args: request, filter, projection: plainProjection(projection), purpose },
        operation,
      );
      const late = await followRows(sync.follower, stretch.runs, stretch.parts, parts, operation);
      if (projection.output) await completeOutputs(sync, stretch, plainProjection(projection), operation);
      const query = toQuery(filter);
      const isSame = revision() === revisionBefore;
      const now = isSame ? stretch.runs : await readNow(store, stretch.runs, plainProjection(projection), operation);
      // Following may have told that a row is none of the filter's any more.
      const rows = now.filter(({ run }) => matchesQuery(run, query));
      await notePageLife(operation, { parts: stretch.parts, runs: rows, isRefreshed: request.cursor === null }, parts);
      const totalCount = projection.totalCount ? await countRuns(store, stretch.parts, filter, operation) : null;
      return toPage(request, {
        edges: rows.map(({ run }) => ({ node: run, cursor: () => stretch.cursorAt(run) })),
        hasMore: stretch.hasMore,
        onward: () => (stretch.hasMore && request.size > 0 ? stretch.cursorAt(null) : null),
        totalCount,
        sources: tellFollowed(stretch.sources, late, sync.book),
      });
    },
  };
}

/** The rows as they are known now: reading may have told more of them since they were chosen. */
async function readNow(
  store: PageStore,
  runs: readonly StoredRun[],
  projection: Projection,
  operation: Operation,
): Promise<readonly StoredRun[]> {
  const now = await store.readRuns(
    runs.map(({ run }) => run),
    markOutputs(projection),
    operation,
  );
  return runs.map((stored, position) => now[position] ?? stored);
}

/** Without what only pages know. */
export function plainProjection({ output, content }: PageProjection): Projection {
  return { output, content };
}

/** Pages of a list that are read again for the outputs of one page of ours. */
const PAGES_MAX = 3;

/**
 * Outputs that a list brings along cost less by reading the list once more than by reading its runs one by one, and nothing if
 * they came before their encoding was known. A source that fails here leaves its outputs to be read one by one, and tells its
 * error there.
 */
async function completeOutputs(
  { book, runs: reader }: Pick<Sync, "book" | "runs">,
  { runs, parts }: { readonly runs: readonly { readonly run: Invocation }[]; readonly parts: readonly PageSource[] },
  projection: Projection,
  operation: Operation,
): Promise<void> {
  await Promise.all(
    parts.map(async ({ source, lists }) => {
      if (book.findUpstream(source)?.listedOutputs === undefined) return;
      const isGuessGood = book.isStuck(source);
      const lacking = runs.flatMap(({ run }) => (run.source === source && isLacking(run, isGuessGood) ? [run] : []));
      const recalled = await reader.recall(source, lacking, projection, operation);
      const left = lacking.filter((run) => !recalled.has(invocationKey(run)));
      const times = [...new Set(left.map((run) => timeOf(run)))];
      if (times.length < 2) return;
      const spread = Math.max(1, Math.ceil(times.length / PAGES_MAX));
      const chosen = times.filter((_, position) => position % spread === 0);
      await Promise.allSettled(chosen.flatMap((time) => lists.map((list) => list.readAgain(time, operation))));
    }),
  );
}

/** True if an output is not known, or was guessed and may be known now. */
function isLacking({ instances }: Invocation, isGuessGood: boolean): boolean {
  return instances.some((one) => {
    const { isGuess } = one.output ?? one.keptOutput ?? {};
    return lacksOutput(one) || (isGuess === true && !isGuessGood);
  });
}
