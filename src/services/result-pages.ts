import { InputError, type InvocationFilter, type InvocationResult, type Operation, type ResultRef } from "#domain";
import type { Page, PageArguments, PageWants, ResultFilter } from "./contract.ts";
import type { History, HistoryRequest } from "./history/history.ts";
import { compareKeys, type Direction, type RunKey } from "./history/run-key.ts";
import type { TakenRun } from "./history/walk.ts";
import { pageEnds, plainWants, refuseWhereAllFailed, toState } from "./invocation-pages.ts";
import { readPageArguments } from "./page-arguments.ts";
import type { Results } from "./results.ts";
import { toResult } from "./stock.ts";

/** What pages of results are read with. */
export interface ResultPagesOptions {
  open(request: HistoryRequest): Promise<History>;
  readonly results: Results;
}

/** One row: a result, perhaps not yet read in full, and the run that it belongs to. */
interface Row {
  readonly key: RunKey;
  readonly result: InvocationResult;
  readonly isWhole: boolean;
}

/** Reads one page of results across runs: rows of the runs of one source that the filter means, in their order. */
export async function pageResults(
  { open, results }: ResultPagesOptions,
  args: PageArguments,
  filter: ResultFilter,
  wants: PageWants,
  operation: Operation,
): Promise<Page<InvocationResult>> {
  checkFilter(filter);
  const request = readPageArguments(args);
  const { direction, size } = request;
  const history = await open({
    kind: "results",
    // With no status wanted no row is, and so nothing is read.
    args: filter.statusIn?.length === 0 ? { ...request, size: 0 } : request,
    filter: toRunFilter(filter),
    binding: { statusIn: filter.statusIn, includeHistory: filter.includeHistory },
    wants: plainWants({ ...wants, output: wants.output && filter.commandId === undefined }),
    operation,
  });
  const meantCounts: number[] = [];
  const rowsOf = async (run: TakenRun): Promise<readonly Row[]> => {
    const all = filter.includeHistory
      ? await historyRows(results, run, filter, wants, operation)
      : latestRows(run, filter, wants);
    const meant = all.filter(({ result }) => filter.statusIn?.includes(result.status) ?? true);
    meantCounts.push(meant.length);
    return behindCursor(direction > 0 ? meant : [...meant].reverse(), history, direction);
  };
  const taken: Row[] = [];
  while (taken.length < size && filter.statusIn?.length !== 0) {
    const run = await history.walk.take(size + 1);
    if (run === null) break;
    taken.push(...(await rowsOf(run)));
  }
  const rows = taken.slice(0, size);
  const standing = rows.length === 0 ? history.cursorAt(null, null) : null;
  const hasMore =
    filter.statusIn?.length !== 0 && (taken.length > size || (await hasMoreRows(history, rowsOf, filter)));
  refuseWhereAllFailed(history.walk.outcomes(), rows.length);
  const nodes = await fill(results, rows, wants, operation);
  const edges = rows.map((row, position) => ({
    node: nodes[position] ?? row.result,
    cursor: () => history.cursorAt(row.key, rowName(row.result)),
  }));
  const totalOf = (): number | null => {
    const [only, ...others] = meantCounts;
    const isWhole = !filter.includeHistory && others.length === 0 && wasReadWhole(history);
    if (isWhole && only !== undefined) return only;
    return request.cursor === null && !hasMore ? rows.length : null;
  };
  const ordered = direction > 0 ? edges : edges.reverse();
  const isCutShort = history.walk.didStopScanning() && rows.length < size;
  return {
    edges: ordered,
    hasNextPage: direction > 0 ? hasMore : request.cursor !== null,
    hasPreviousPage: direction > 0 ? request.cursor !== null : hasMore,
    ...pageEnds(ordered, () => standing ?? history.cursorAt(null, null), direction, hasMore, isCutShort),
    totalCount: wants.totalCount && filter.invokeId !== undefined ? totalOf() : null,
    sources: history.walk.outcomes().map(toState),
    isScanComplete: !isCutShort,
  };
}

function checkFilter(filter: ResultFilter): void {
  if (filter.invokeId === undefined && filter.instanceId === undefined && filter.commandId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter` must have at least one of `invokeId`, `instanceId` and `commandId`; what came has none.",
      "filter",
    );
  }
  if (filter.includeHistory && filter.invokeId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter.includeHistory` must come with `filter.invokeId`: the upstream keeps the history of one run at a time.",
      "filter",
    );
  }
}

function toRunFilter({ source, invokeId, instanceId, commandId }: ResultFilter): InvocationFilter {
  return {
    providerIn: [source.provider],
    accountIn: [source.account],
    regionIdIn: [source.regionId],
    ...(invokeId === undefined ? {} : { invokeId }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(commandId === undefined ? {} : { commandId }),
  };
}

function latestRows({ run, key }: TakenRun, filter: ResultFilter, wants: PageWants): readonly Row[] {
  return run.instances
    .filter((one) => filter.instanceId === undefined || one.instanceId === filter.instanceId)
    .map((one) => ({
      key,
      result: toResult(one),
      isWhole: one.isComplete && (!wants.output || one.output !== undefined),
    }))
    .sort((a, b) => (a.result.instanceId < b.result.instanceId ? -1 : 1));
}

async function historyRows(
  results: Results,
  { run, key }: TakenRun,
  filter: ResultFilter,
  wants: PageWants,
  operation: Operation,
): Promise<readonly Row[]> {
  const instanceIds = filter.instanceId === undefined ? undefined : [filter.instanceId];
  const found = await results.readHistory(run.source, run.invokeId, instanceIds, plainWants(wants), operation);
  return found.map((result) => ({ key, result, isWhole: true }));
}

function rowName(result: InvocationResult): readonly string[] {
  return [result.instanceId, result.execution ?? ""];
}

/** Leaves out the rows of the cursor's own run that earlier pages had. */
function behindCursor(rows: readonly Row[], { cursor }: History, direction: Direction): readonly Row[] {
  const [first] = rows;
  if (!cursor?.row || cursor.place === null || first === undefined) return rows;
  if (compareKeys({ ...cursor.place, edge: 0 }, first.key) !== 0) return rows;
  const [instanceId = "", execution] = cursor.row;
  const own = rows.findIndex(
    ({ result }) => result.instanceId === instanceId && (result.execution ?? "") === execution,
  );
  if (own >= 0) return rows.slice(own + 1);
  return rows.filter(({ result }) => (direction > 0 ? result.instanceId > instanceId : result.instanceId < instanceId));
}

/** True where nothing more of the run that was taken can come: one list shows runs whole, several only once each was read to its end. */
function wasReadWhole({ walk }: History): boolean {
  return walk.outcomes().every(({ failure, streams, exhaustedLists }) => {
    if (exhaustedLists.length > 0) return false;
    const areAtEnd = failure === null && streams.every((stream) => stream.head() === null && stream.bound() === null);
    return streams.length === 1 || areAtEnd;
  });
}

/** Whether any further run has rows that are meant; a run may have none of the wanted status. */
async function hasMoreRows(
  history: History,
  rowsOf: (run: TakenRun) => Promise<readonly Row[]>,
  filter: ResultFilter,
): Promise<boolean> {
  if (filter.statusIn === undefined && history.cursor?.row == null) return history.walk.hasMore();
  for (;;) {
    const run = await history.walk.take(2);
    if (run === null) return history.walk.hasMore();
    if ((await rowsOf(run)).length > 0) return true;
  }
}

/** Reads what the list did not tell of the rows of the page, and of no others. */
async function fill(
  results: Results,
  rows: readonly Row[],
  wants: PageWants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const lacking = rows.filter((row) => !row.isWhole);
  const refs: ResultRef[] = lacking.map(({ result }) => result);
  const found = new Map<Row, InvocationResult | null>();
  for (const [position, answer] of (await results.read(refs, plainWants(wants), operation)).entries()) {
    if (answer instanceof Error) throw answer;
    const row = lacking[position];
    if (row !== undefined) found.set(row, answer);
  }
  return rows.map((row) => found.get(row) ?? row.result);
}
