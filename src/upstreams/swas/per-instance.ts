import {
  APPEARS_WITHIN_MS,
  type Invocation,
  type InvocationQuery,
  type InvocationResult,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  type Operation,
  type Projection,
  type UpstreamError,
} from "#domain";
import type { KnownRun, ListedServers, ResultQuery, RunList } from "../contract/index.ts";
import { askAgain, createRunListReader, isStatusRefusal } from "../lists/index.ts";
import {
  badResponse,
  listKey,
  mapBounded,
  orNotFound,
  type PageShape,
  type PartById,
  readInParts,
  readNamedRun,
  singleStatus,
  toEmptyPage,
} from "../mapping/index.ts";
import { type AdapterContext, CALLS_AT_ONCE } from "./context.ts";
import { toAssembledRun, toInstanceRun, toNewerRun, toSingleResult } from "./map.ts";
import type { Servers } from "./servers.ts";
import { readInstanceRunPage, readSingleResult } from "./shapes.ts";

/** How far back on one instance the record of one run is searched for: 500 runs. */
const SEARCHED_PAGES = 10;

const UNKNOWN_RUN: KnownRun = { run: null, findResult: () => null };

/**
 * The list of the runs of one instance, by DescribeInvocations. It applies no other filter than that of what is running.
 * @param isOnly true if the region has no other instance, which might be late in telling of a run
 */
export function createInstanceList(
  context: AdapterContext,
  servers: Pick<Servers, "isListed">,
  query: InvocationQuery,
  instanceId: string,
  isOnly = false,
): RunList {
  // The filter takes legacy words, of which only Running surely holds everything that runs.
  const isNarrow = singleStatus(query.statusIn) === "RUNNING" && context.takesRunning.state() !== "refused";
  const InvokeStatus = isNarrow ? "Running" : undefined;
  const key = listKey("invocations", { InstanceId: instanceId, InvokeStatus });
  /** Whether the list of servers shows it, read again since now, unless the server is unread already or is the only one that is asked for. */
  const isListed = (pageNumber: number | undefined) => {
    const isAgain = query.instanceId === undefined && !context.unread.isUnread(instanceId);
    const since = isAgain ? context.clock.elapsed() : Number.NEGATIVE_INFINITY;
    // A later page contradicts the pages before, whatever the list of servers shows.
    return async (operation: Operation) =>
      (pageNumber ?? 1) === 1 && (await servers.isListed(instanceId, since, operation));
  };
  const reader = createRunListReader({
    source: context.source,
    action: "DescribeInvocations",
    key,
    paging: context.instancePaging,
    async ask({ pageNumber, pageSize }, operation) {
      const paging = { InstanceId: instanceId, PageNumber: pageNumber, PageSize: pageSize };
      const read = async (parameters: Parameters<AdapterContext["ask"]>[1]) => {
        const askedAt = context.clock.now();
        const page = await readInstanceRuns(context, instanceId, parameters, isListed(pageNumber), operation);
        const items = isOnly ? page.items : page.items.map((run) => markEarly(run, askedAt));
        // Only beside the lists of all other servers does it tell every instance of its runs.
        return { ...page, items: query.instanceId === undefined ? items : items.map(narrowRun) };
      };
      const isTaken = isNarrow && context.takesRunning.state() !== "refused";
      if (!isTaken) return read(paging);
      try {
        return await read({ ...paging, InvokeStatus });
      } catch (error) {
        if (!isStatusRefusal(error)) throw error;
        context.takesRunning.refuse();
        return read(paging);
      }
    },
  });
  const { instanceId: _instanceId, ...rest } = query;
  return {
    key,
    applied: InvokeStatus === undefined ? { instanceId } : { instanceId, statusIn: ["RUNNING"] },
    isExact: Object.values(rest).every((value) => value === undefined),
    placeAt: reader.placeAt,
    read: InvokeStatus === undefined ? noteNewest(context, instanceId, reader.read) : reader.read,
  };
}

/** Reads, and notes whether the newest page of a server's whole list could be read. */
function noteNewest({ unread, clock }: AdapterContext, instanceId: string, read: RunList["read"]): RunList["read"] {
  return async (place, operation) => {
    if (place !== null) return read(place, operation);
    const askedAt = clock.now();
    try {
      const page = await read(place, operation);
      unread.noteRead(instanceId, askedAt);
      return page;
    } catch (error) {
      unread.noteFailed(instanceId);
      throw error;
    }
  };
}

/** Every server, a minute old at most, as far as their list shows them. @throws UpstreamError if it could not be read to its end */
async function readAllServers(servers: Pick<Servers, "readAll">, operation: Operation): Promise<ListedServers> {
  const all = await servers.readAll(operation);
  // A list that is wrong in itself will show no more later.
  if (all.lack !== null && all.lack.code !== "BAD_RESPONSE") throw all.lack;
  return all;
}

/** Stands for the lists of servers that their own list does not show: it is empty, and says why that is not all. */
export function createMissingList({ message: flaw }: UpstreamError): RunList {
  const page = {
    runs: [],
    next: null,
    flaw,
    mode: "page",
    offset: 0,
    indexes: [],
    total: null,
    unreadable: 0,
  } as const;
  return { key: "missing-servers", applied: {}, isExact: false, placeAt: () => null, read: async () => page };
}

const narrowRun = (run: Invocation): Invocation => ({ ...run, isNarrowed: true });

/** The clocks of gateway and vendor differ by no more: a run that seems to be created later has a time of another zone. */
const CLOCKS_APART_MS = 60_000;

/** True if servers that were asked for the run at this time, in epoch milliseconds, may not have told of it yet. */
function isEarly({ creationTime, instances }: Invocation, askedAt: number): boolean {
  const [start = ""] = instances.flatMap(({ startTime }) => startTime ?? []).sort();
  const ageMs = askedAt - Date.parse(creationTime ?? start);
  return ageMs < APPEARS_WITHIN_MS && ageMs > -CLOCKS_APART_MS;
}

/** True if every server was asked for the run when it seemed to be over already, which was early. */
function wasAskedEarly(run: Invocation): boolean {
  return run.isEarly === true && run.isNarrowed !== true && isFinalInvocationStatus(run.status);
}

/** True for a run that is over as far as servers told of it that had the time to, while others may have a part in it. */
function isDoubtedEnd({ mayBeElsewhere, isEarly, isNarrowed, status }: Invocation): boolean {
  return mayBeElsewhere === true && isEarly !== true && isNarrowed !== true && isFinalInvocationStatus(status);
}

const markEarly = (run: Invocation, askedAt: number): Invocation =>
  isEarly(run, askedAt) ? { ...run, isEarly: true } : run;

async function readInstanceRuns(
  context: AdapterContext,
  instanceId: string,
  parameters: Parameters<AdapterContext["ask"]>[1],
  isListed: (operation: Operation) => Promise<boolean>,
  operation: Operation,
): Promise<PageShape<Invocation>> {
  const read = async (): Promise<PageShape<Invocation>> => {
    const { shape, reading } = await askInstanceRuns(context, parameters, operation);
    return { ...shape, items: shape.items.map((item) => toInstanceRun(item, instanceId, reading)) };
  };
  const deny = async (error: UpstreamError) => {
    if (await isListed(operation)) throw toContradiction(error, context, instanceId);
    return toEmptyPage(error);
  };
  return orNotFound(read(), deny, { InstanceId: instanceId });
}

/**
 * One run, put together from every instance that knows it; null where none does. As long as it moves on the instances that it is
 * known to have, no others are asked: which else it has is found out before it is told to be over, and at once if a single list told it.
 * If that was early, they are asked once more as soon as all have had the time to tell of it, and not before.
 * @throws UpstreamError
 */
export async function assembleRun(
  context: AdapterContext,
  servers: Pick<Servers, "readAll">,
  invokeId: string,
  projection: Projection,
  operation: Operation,
  known: KnownRun = UNKNOWN_RUN,
): Promise<Invocation | null> {
  const askedAt = context.clock.now();
  const readSome = (ids: readonly string[], readOne: typeof askUnread = readSingle) =>
    readSingleResults(context, invokeId, ids, operation, known.findResult, readOne);
  const ownIds = known.run?.instances.map(({ instanceId }) => instanceId) ?? [];
  const listOthers = async () => {
    const { instances, lack } = await readAllServers(servers, operation);
    const ids = instances.flatMap(({ instanceId }) => (ownIds.includes(instanceId) ? [] : [instanceId]));
    const isUnread = (id: string) => context.unread.isUnread(id);
    return { count: ids.length, lack, unread: ids.filter(isUnread), read: ids.filter((id) => !isUnread(id)) };
  };
  // Unless these servers answer, it is of no use what all others tell.
  const doubted = known.run !== null && isDoubtedEnd(known.run) ? await listOthers() : null;
  if (doubted?.lack) throw doubted.lack;
  const late = doubted === null ? null : await readSome(doubted.unread, askUnread);
  const own = await readSome(ownIds);
  const isMoving = own.some(({ status }) => !isFinalInstanceStatus(status));
  const results = [...own];
  let isWhole = false;
  let isAsked = false;
  if (!isMoving || known.run?.isNarrowed === true) {
    const { count, lack, unread, read } = doubted ?? (await listOthers());
    const isAwaited = known.run !== null && wasAskedEarly(known.run) && isEarly(known.run, askedAt);
    // The lists of all others have told that it was not on them.
    if (!isAwaited) results.push(...(late ?? [...(await readSome(unread, askUnread)), ...(await readSome(read))]));
    isAsked = lack === null && !isAwaited;
    isWhole = lack === null && results.length === ownIds.length + count;
  }
  const [first] = results;
  if (first === undefined) return null;
  // A server does not tell its part any more, and what was known before proves nothing: the upstream may have dropped the run.
  const isLost = own.length < ownIds.length && results.every(({ instanceId }) => known.findResult(instanceId));
  if (isLost && (await readSingle(context, { invokeId, instanceId: first.instanceId }, operation)) === null)
    return null;
  const isRecordKnown = known.run?.command.content !== undefined || (isMoving && !projection.content);
  const run =
    known.run !== null && isRecordKnown
      ? toNewerRun(known.run, results)
      : await describeRun(context, invokeId, results, first.instanceId, operation);
  const told = isWhole ? run : markEarly(run, askedAt);
  if (isAsked && told.isEarly !== true) context.unread.noteWhole(invokeId);
  return told;
}

/** What the results of a run come to, with the record of it that the list of this instance has. */
async function describeRun(
  context: AdapterContext,
  invokeId: string,
  results: readonly InvocationResult[],
  instanceId: string,
  operation: Operation,
): Promise<Invocation> {
  const record = await findRun(context, invokeId, instanceId, operation);
  if (record !== undefined) return toAssembledRun(record.run, results, record.reading, context.source);
  // No record tells more of the run than its name.
  const empty = context.reader("DescribeInvocations", { body: {}, requestId: null });
  return toAssembledRun(readNamedRun({}, invokeId, empty), results, undefined, context.source);
}

async function readSingleResults(
  context: AdapterContext,
  invokeId: string,
  instanceIds: readonly string[],
  operation: Operation,
  findKnown: KnownRun["findResult"],
  readOne: typeof askUnread,
): Promise<readonly InvocationResult[]> {
  const results = await mapBounded(
    [...new Set(instanceIds)],
    CALLS_AT_ONCE,
    async (instanceId) => findKnown(instanceId) ?? readOne(context, { invokeId, instanceId }, operation),
  );
  return results.filter((result) => result !== null);
}

/** As {@link readSingle}, of a server whose list of runs could not be read. @throws UpstreamError also if the upstream denies the server */
function askUnread(
  context: AdapterContext,
  asked: { readonly invokeId: string; readonly instanceId: string },
  operation: Operation,
): Promise<InvocationResult | null> {
  const { instanceId, invokeId } = asked;
  const deny = (error: UpstreamError): never => {
    throw toContradiction(error, context, instanceId);
  };
  const read = () =>
    orNotFound(readSingle(context, asked, operation, { InvokeId: invokeId }), deny, { InstanceId: instanceId });
  return context.unread.ask(instanceId, read, operation);
}

/** The failure of a server that the list of servers shows, and that does not exist for who asks for its runs. */
function toContradiction({ action, requestId }: UpstreamError, { source }: AdapterContext, instanceId: string) {
  const what = `the list of servers shows ${instanceId}, and this action does not know it`;
  return badResponse(source, action, requestId, what);
}

/** The results of one run on these instances, or on all, one call each. One that fails costs no other. */
export async function readEachResult(
  context: AdapterContext,
  servers: Pick<Servers, "readAll">,
  { invokeId, instanceIds }: Pick<ResultQuery, "invokeId" | "instanceIds">,
  operation: Operation,
): Promise<PartById<InvocationResult>> {
  const all = instanceIds === undefined ? await servers.readAll(operation) : { instances: [], lack: null };
  const ids = instanceIds ?? all.instances.map(({ instanceId }) => instanceId);
  const { found, failures } = await readInParts(ids, 1, async (some) => {
    const read = some.map((instanceId) => readSingle(context, { invokeId, instanceId }, operation));
    return { found: (await Promise.all(read)).filter((result) => result !== null), failures: new Map() };
  });
  const [failure = all.lack] = failures.values();
  return { items: found, failure };
}

/** The result of one run on one instance by DescribeInvocationResult, null where there is none. @throws UpstreamError */
export async function readSingle(
  context: Pick<AdapterContext, "ask" | "reader">,
  asked: { readonly invokeId: string; readonly instanceId: string },
  operation: Operation,
  mayBeGone: Parameters<typeof orNotFound>[2] = { InstanceId: asked.instanceId, InvokeId: asked.invokeId },
): Promise<InvocationResult | null> {
  const action = "DescribeInvocationResult";
  const parameters = { InstanceId: asked.instanceId, InvokeId: asked.invokeId };
  const answer = await orNotFound(context.ask(action, parameters, operation), () => null, mayBeGone);
  if (answer === null) return null;
  const reading = context.reader(action, answer);
  const shape = await readSingleResult(answer.body, asked, reading);
  return shape === null ? null : toSingleResult(shape, asked, reading);
}

async function findRun(context: AdapterContext, invokeId: string, instanceId: string, operation: Operation) {
  const { instancePaging } = context;
  for (let pageNumber = 1; pageNumber <= SEARCHED_PAGES; pageNumber += 1) {
    const paging = () => ({ pageNumber, pageSize: instancePaging.limit.maxPageSize });
    const { shape: found } = await askAgain(
      instancePaging,
      paging,
      async ({ pageNumber: PageNumber, pageSize: PageSize }) => {
        const parameters = { InstanceId: instanceId, PageNumber, PageSize };
        const { shape, reading } = await askInstanceRuns(context, parameters, operation);
        return { ...shape, items: shape.items.map((item) => ({ run: item.run, reading })) };
      },
    );
    const record = found.items.find(({ run }) => run.invokeId === invokeId);
    if (record !== undefined || found.items.length === 0) return record;
  }
  return undefined;
}

async function askInstanceRuns(
  context: AdapterContext,
  parameters: Parameters<AdapterContext["ask"]>[1],
  operation: Operation,
) {
  const action = "DescribeInvocations";
  const answer = await context.ask(action, parameters, operation);
  const reading = context.reader(action, answer);
  return { shape: await readInstanceRunPage(answer.body, reading), reading };
}
