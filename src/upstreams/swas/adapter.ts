import {
  type Clock,
  type InvocationQuery,
  type InvocationResult,
  type Operation,
  type Source,
  silentTelemetry,
  type Telemetry,
  UpstreamError,
  type Wants,
} from "#domain";
import {
  arrangeExecutions,
  createPageLimit,
  createReader,
  DEFAULT_ZONES,
  type InvocationList,
  type InvocationWindow,
  MAX_PAGE_SIZE,
  orWhenGone,
  type ResultQuery,
  type Upstream,
  type ZonePolicy,
} from "#upstreams";
import type { Call } from "#wire";
import { createAccess, isRefusal } from "./access.ts";
import { type Desk, VERSION } from "./desk.ts";
import { createEncoding, type OutputEncodingSetting } from "./encoding.ts";
import { assembleRun, createInstanceList, readSingle, readSingleResults } from "./per-instance.ts";
import { createRunList, readResultsOfInstance, readRun, readRunResults, readRunWindow } from "./runs.ts";
import { createServers, readAgentStates, type Servers } from "./servers.ts";
import { readRegionIds } from "./shapes.ts";

/** What the adapter of one SWAS region works with. */
export interface SwasUpstreamOptions {
  readonly source: Source;
  readonly call: Call;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How DescribeCommandInvocations encodes outputs and scripts. */
  readonly outputEncoding: OutputEncodingSetting;
  /** How instants without a zone are meant; the vendor's likelier meaning unless given. */
  readonly zones?: ZonePolicy;
}

/**
 * The runs, results and servers of one SWAS region: by DescribeCommandInvocations, and where the account may not use it
 * by ListInstances, DescribeInvocations and DescribeInvocationResult, instance by instance.
 */
export function createSwasUpstream(options: SwasUpstreamOptions): Upstream {
  const { source } = options;
  const desk = createDesk(options);
  const servers = createServers(desk);
  const openLists = createListOpener(desk, servers);
  return {
    source,
    openLists,
    readInvocation: (invokeId, wants, operation, known) =>
      orPerInstance(
        desk,
        () => orWhenGone(readRun(desk, invokeId, wants, operation), null),
        () => assembleRun(desk, servers, invokeId, wants, operation, known),
      ),
    readResults: (query, wants, operation) => readResults(desk, servers, query, wants, operation),
    readInstanceResults: (instanceId, wants, operation) =>
      orPerInstance<readonly InvocationResult[] | null>(
        desk,
        () => orWhenGone(readResultsOfInstance(desk, instanceId, wants, operation), []),
        async () => null,
      ),
    readInstances: (instanceIds, operation) => servers.read(instanceIds, operation),
    readAgentStates: (instanceIds, operation) => readAgentStates(desk, instanceIds, operation),
  };
}

/** Ids of the regions that the account may use, by ListRegions. @throws UpstreamError */
export async function listSwasRegions(call: Call, account: string, operation: Operation): Promise<string[]> {
  const source: Source = { provider: "SWAS", account, regionId: "cn-hangzhou" };
  const answer = await call({ source, version: VERSION, action: "ListRegions", parameters: {} }, operation);
  const reader = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES });
  return [...readRegionIds(answer.body, reader("ListRegions", answer))];
}

function createDesk(options: SwasUpstreamOptions): Desk {
  const { source, call, telemetry, clock, outputEncoding, zones = DEFAULT_ZONES } = options;
  const reader = createReader({ source, telemetry, zones });
  const ask: Desk["ask"] = (action, parameters, operation, options = {}) => {
    const request = { source, version: VERSION, action, parameters: { RegionId: source.regionId, ...parameters } };
    return call({ ...request, ...options }, operation);
  };
  const encoding = createEncoding(outputEncoding, clock, async (sample, operation) => {
    const result = await readSingle({ ask, reader }, sample, operation);
    return result?.output?.bytes ?? null;
  });
  return { source, clock, reader, limit: createPageLimit(clock), access: createAccess(clock), encoding, ask };
}

/**
 * Opens the one list where it is known that it may be read. Where that is not known its first page is read: the page is
 * then part of the list, so that finding out costs nothing, and operations that come meanwhile wait for the same page.
 */
function createListOpener(desk: Desk, servers: Servers): Upstream["openLists"] {
  let probe: { readonly subject: string; readonly window: Promise<InvocationWindow | undefined> } | undefined;

  async function findOut(
    query: InvocationQuery,
    wants: Wants,
    operation: Operation,
  ): Promise<InvocationWindow | undefined> {
    const subject = subjectOf(query, wants);
    while (probe !== undefined) {
      const { window, subject: probed } = probe;
      const first = await window;
      if (desk.access.state() !== "unknown") return probed === subject ? first : undefined;
    }
    const window = probeList(desk, query, wants, operation).finally(() => {
      probe = undefined;
    });
    // Those who wait need not fail with an operation that was broken off: one of them begins anew.
    const shared = window.catch((error: unknown) => {
      if (operation.signal.aborted || !(error instanceof UpstreamError)) return undefined;
      throw error;
    });
    shared.catch(() => {});
    probe = { subject, window: shared };
    return window;
  }

  return async (query, wants, operation) => {
    // The product knows no timed runs, no labels on runs, and no resource groups of them.
    if (query.timed === true || query.resourceGroupId !== undefined || (query.tags ?? []).length > 0) return [];
    // The first page may still be on its way when it is known that it may be read: how it encodes outputs is found out first.
    const isOnItsWay = probe !== undefined && probe.subject === subjectOf(query, wants);
    const first = isOnItsWay || desk.access.state() === "unknown" ? await findOut(query, wants, operation) : undefined;
    if (desk.access.state() !== "refused") return [createRunList(desk, query, wants, first)];
    return openInstanceLists(desk, servers, query, operation);
  };
}

function subjectOf(query: InvocationQuery, wants: Wants): string {
  return JSON.stringify([query, wants]);
}

async function probeList(
  desk: Desk,
  query: InvocationQuery,
  wants: Wants,
  operation: Operation,
): Promise<InvocationWindow | undefined> {
  try {
    return await readRunWindow(desk, query, wants, { pageNumber: 1, pageSize: MAX_PAGE_SIZE }, operation);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    desk.access.refuse();
    return undefined;
  }
}

async function openInstanceLists(
  desk: Desk,
  servers: Servers,
  query: InvocationQuery,
  operation: Operation,
): Promise<readonly InvocationList[]> {
  const { instanceId } = query;
  const instanceIds = instanceId === undefined ? await servers.readAllIds(operation) : [instanceId];
  return instanceIds.map((id) => createInstanceList(desk, query, id));
}

async function readResults(
  desk: Desk,
  servers: Servers,
  query: ResultQuery,
  wants: Wants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { invokeId, instanceIds } = query;
  if (instanceIds?.length === 0) return [];
  const results = await orPerInstance(
    desk,
    () => orWhenGone(readRunResults(desk, invokeId, wants, operation), []),
    async () => {
      const ids = instanceIds ?? (await servers.readAllIds(operation));
      return readSingleResults(desk, invokeId, ids, operation);
    },
  );
  return arrangeExecutions(results, query.includeHistory);
}

async function orPerInstance<Value>(
  desk: Desk,
  usual: () => Promise<Value>,
  perInstance: () => Promise<Value>,
): Promise<Value> {
  if (desk.access.state() === "refused") return perInstance();
  try {
    return await usual();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    desk.access.refuse();
    return perInstance();
  }
}
