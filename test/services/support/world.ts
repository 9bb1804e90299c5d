import {
  type Instance,
  type InstanceInvocation,
  type Invocation,
  type InvocationQuery,
  type InvocationResult,
  matchesQuery,
  type Operation,
  type Source,
  type SourceErrorCode,
  UpstreamError,
} from "#domain";
import {
  createPaging,
  createRunListReader,
  type PageShape,
  type PagingParameters,
  type RunList,
  type Upstream,
} from "#upstreams";
import { createFakeClock } from "../../support/clock.ts";
import { createFailure } from "./records.ts";

/** A source of numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What one source does to those who read it. Everything is read anew at every call, so tests may change it as they go. */
export interface Behaviour {
  /** Runs in any order; listed newest first, those without a time last. */
  runs: Invocation[];
  /** How runs of one creation time are ordered in a page at a call: by this rank. Tokens know one order only, that of call 0. */
  order: (run: Invocation, call: number) => number | string;
  /** Whether a call is answered in pages or in tokens. */
  mode: (call: number) => "page" | "token";
  /** True if the upstream has forgotten the token that a call brings. */
  isTokenDead: (call: number) => boolean;
  /** How many of so many records a token answer shows; fewer, or none, are followed by others all the same. */
  tokenLength: (call: number, length: number) => number;
  /** The token as it is given out; one that stays the same goes round in a circle. */
  writeToken: (token: string, call: number) => string;
  /** The greatest page size that is honoured. */
  pageSizeMax: number;
  /** Fails a call, counted from 1 over all calls of the source. */
  fails: (call: number) => SourceErrorCode | null;
  /** By how many records a page begins off its place; never the first one. */
  shift: (call: number) => number;
  /** What is told of the list's length. */
  tellTotal: (length: number) => number | null;
  /** How many records of each answer cannot be read. */
  unreadableCount: number;
  /** Happens in front of each call; an answer is as late as what it returns. */
  beforeCall: (call: number) => void | Promise<void>;
  /** True if the upstream applies status, command and instance itself. */
  isExact: boolean;
  /** Lists per instance, as a source that has no list of its own. */
  listsPerInstance: boolean;
}

/** One in-memory source behind the seam `Upstream`, and what it was asked. */
export interface WorldSource extends Behaviour {
  readonly upstream: Upstream;
  readonly source: Source;
  /** Every call: what was asked, in order. */
  readonly calls: string[];
}

/** Makes a source that behaves well unless told otherwise. */
export function createWorldSource(source: Source, overrides: Partial<Behaviour> = {}): WorldSource {
  const calls: string[] = [];
  const paging = createPaging(createFakeClock(), { hasTokens: true });
  const world: WorldSource = {
    runs: [],
    order: (run) => run.invokeId,
    mode: () => "page",
    isTokenDead: () => false,
    tokenLength: (_call, length) => length,
    writeToken: (token) => token,
    pageSizeMax: 50,
    fails: () => null,
    shift: () => 0,
    tellTotal: (length) => length,
    unreadableCount: 0,
    beforeCall: () => {},
    isExact: true,
    listsPerInstance: false,
    ...overrides,
    source,
    calls,
    upstream: {
      source,
      openLists: async (query) => {
        if (!world.listsPerInstance) return [createList(query, world.isExact ? toApplied(query) : {})];
        const instanceIds = [
          ...new Set(world.runs.flatMap((run) => run.instances.map((one) => one.instanceId))),
        ].sort();
        return instanceIds
          .filter((id) => query.instanceId === undefined || query.instanceId === id)
          .map((instanceId) => createList(query, { instanceId }));
      },
      readInvocation: async (invokeId, _wants, operation) => {
        await call(operation, `run ${invokeId}`);
        return world.runs.find((run) => run.invokeId === invokeId) ?? null;
      },
      readResults: async (query, projection, operation) => {
        const ids = query.instanceIds;
        const count = Math.max(1, Math.ceil((ids?.length ?? 1) / 50));
        for (let page = 0; page < count; page += 1) {
          await call(
            operation,
            `results ${query.invokeId}${query.includeHistory ? " history" : ""} ${ids?.length ?? "all"}`,
          );
        }
        const run = world.runs.find((one) => one.invokeId === query.invokeId);
        const items = (run?.instances ?? []).filter((one) => ids?.includes(one.instanceId) ?? true);
        const executions = query.includeHistory ? ["2", "1", "0"] : [null];
        return items.flatMap((item) => executions.map((execution) => toResult(item, execution, projection.output)));
      },
      readInstances: async (instanceIds, operation) => {
        await call(operation, `instances ${instanceIds.length}`);
        return instanceIds.filter((id) => !id.startsWith("gone")).map((instanceId) => createServer(source, instanceId));
      },
    },
  };

  async function call(operation: Operation, text: string): Promise<number> {
    operation.signal.throwIfAborted();
    operation.meter.spend(source, text);
    calls.push(text);
    const number = calls.length;
    await world.beforeCall(number);
    const code = world.fails(number);
    if (code !== null) throw createFailure(source, code);
    return number;
  }

  function createList(query: InvocationQuery, applied: InvocationQuery): RunList {
    const key = Object.values(applied).flat().join(" ");
    const show = (run: Invocation): Invocation | null => {
      if (!matchesQuery(run, applied)) return null;
      return world.listsPerInstance ? narrow(run, applied.instanceId ?? "") : run;
    };
    const reader = createRunListReader({
      source,
      action: "List",
      key,
      paging,
      async ask(sent, operation) {
        const text = `list ${key}${key === "" ? "" : " "}`;
        const number = await call(
          operation,
          `${text}${world.mode(calls.length + 1) === "page" ? pageText(sent) : tokenText(sent)}`,
        );
        return world.mode(number) === "page"
          ? answerPage(listed(world, number, show), sent, world, number)
          : answerToken(source, listed(world, 0, show), sent, world, number);
      },
    });
    return { key, applied, isExact: Object.keys(query).every((name) => name in applied), ...reader };
  }

  return world;
}

/** What the upstream applies itself: at most one status, a command, an instance. */
function toApplied({ statusIn, commandId, instanceId }: InvocationQuery): InvocationQuery {
  return {
    ...(statusIn?.length === 1 ? { statusIn } : {}),
    ...(commandId === undefined ? {} : { commandId }),
    ...(instanceId === undefined ? {} : { instanceId }),
  };
}

const pageText = ({ pageNumber, pageSize }: PagingParameters): string => `${pageNumber}/${pageSize}`;
const tokenText = ({ nextToken }: PagingParameters): string => (nextToken === undefined ? "newest" : "on");

function answerPage(
  runs: readonly Invocation[],
  sent: PagingParameters,
  behaviour: Behaviour,
  call: number,
): PageShape<Invocation> {
  const { pageNumber = 1 } = sent;
  const pageSize = Math.min(sent.pageSize ?? 10, behaviour.pageSizeMax);
  const offset = (pageNumber - 1) * pageSize;
  const start = offset === 0 ? 0 : Math.max(0, offset + behaviour.shift(call));
  const items = runs.slice(start, start + pageSize);
  const total = behaviour.tellTotal(runs.length);
  return {
    ...shapeOf(items, behaviour),
    totalCount: total,
    pageSize,
    pageNumber,
    nextToken: null,
    hasTokenMember: false,
  };
}

function answerToken(
  source: Source,
  runs: readonly Invocation[],
  { nextToken, maxResults = 10 }: PagingParameters,
  behaviour: Behaviour,
  call: number,
): PageShape<Invocation> {
  if (nextToken !== undefined && behaviour.isTokenDead(call)) throw createDeadToken(source);
  const start = nextToken === undefined ? 0 : indexBehind(runs, nextToken, behaviour);
  const size = Math.min(maxResults, behaviour.pageSizeMax);
  const items = runs.slice(start, start + behaviour.tokenLength(call, size));
  const last = items.at(-1);
  const isEnd = start + items.length >= runs.length;
  // A token names the last record; an answer without any gives the old place another name.
  const place = last === undefined ? (nextToken ?? "") : tokenOf(last, behaviour);
  return {
    ...shapeOf(items, behaviour),
    totalCount: 0,
    pageSize: null,
    pageNumber: null,
    nextToken: isEnd ? null : behaviour.writeToken(`${place.split("#")[0]}#${call}`, call),
    hasTokenMember: true,
  };
}

function shapeOf(items: readonly Invocation[], { unreadableCount }: Behaviour) {
  const positions = items.map((_, position) => position + unreadableCount);
  return { items, positions, unreadableCount };
}

function tokenOf(run: Invocation, { order }: Behaviour): string {
  return JSON.stringify([run.creationTime ?? "", order(run, 0), run.invokeId]);
}

/** Index of the first run behind the record that a token names, also when that is gone. */
function indexBehind(runs: readonly Invocation[], token: string, behaviour: Behaviour): number {
  const [text = ""] = token.split("#");
  if (text === "") return 0;
  const [time, rank, id] = JSON.parse(text) as [string, number | string, string];
  const index = runs.findIndex((run) => {
    const own = run.creationTime ?? "";
    const ownRank = behaviour.order(run, 0);
    if (own !== time) return own < time;
    return ownRank === rank ? run.invokeId > id : ownRank > rank;
  });
  return index < 0 ? runs.length : index;
}

function createDeadToken(source: Source): UpstreamError {
  return new UpstreamError({
    code: "BAD_REQUEST" as SourceErrorCode,
    message: "The token is not known.",
    source,
    action: "List",
    upstreamCode: "InvalidParameter.NextToken",
    httpStatus: 400,
    requestId: null,
    retryable: false,
    retryAfterMs: null,
  });
}

function listed(
  { runs, order }: Behaviour,
  call: number,
  show: (run: Invocation) => Invocation | null,
): readonly Invocation[] {
  return runs
    .flatMap((run) => show(run) ?? [])
    .map((run) => ({ run, time: run.creationTime ?? "", rank: order(run, call) }))
    .sort((a, b) => (a.time === b.time ? compareRanks(a, b) : a.time > b.time ? -1 : 1))
    .map(({ run }) => run);
}

type Ranked = { readonly run: Invocation; readonly rank: number | string };

function compareRanks(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.run.invokeId < b.run.invokeId ? -1 : 1;
}

function narrow(run: Invocation, instanceId: string): Invocation | null {
  const instances = run.instances.filter((one) => one.instanceId === instanceId);
  return instances.length === 0 ? null : { ...run, instances };
}

function toResult(item: InstanceInvocation, execution: string | null, withOutput: boolean): InvocationResult {
  const { creationTime: _created, updateTime: _updated, isComplete: _complete, ...rest } = item;
  const bytes = new TextEncoder().encode(`${item.invokeId} ${item.instanceId} ${execution ?? "latest"}`);
  return {
    ...rest,
    startTime: execution === null ? rest.startTime : `2026-01-01T00:00:0${execution}.000Z`,
    output: withOutput ? { bytes, droppedBytes: 0 } : undefined,
    execution,
  };
}

function createServer(source: Source, instanceId: string): Instance {
  return {
    source,
    instanceId,
    name: `name of ${instanceId}`,
    osType: "linux",
    osName: null,
    status: "Running",
    privateIpAddresses: null,
    publicIpAddresses: null,
  };
}
