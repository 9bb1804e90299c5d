import { type AgentState, type Instance, type Operation, UpstreamError } from "#domain";
import { foundOrPartial, type ListedServers, orWhenRefused } from "../contract/index.ts";
import { type PagingParameters, readAllPages, toListedServers } from "../lists/index.ts";
import {
  type AgentShape,
  badResponse,
  type Fields,
  type FoundById,
  foundOf,
  isNotFound,
  type PageShape,
  type Reading,
  readInParts,
  type ServerShape,
} from "../mapping/index.ts";
import type { AdapterContext } from "./context.ts";
import { readAgentPage, readAttributePage, readServerPage } from "./shapes.ts";

const ACTION = "ListInstances";
/** Servers that one call gives, at most. */
export const SERVERS_PER_CALL = 100;

const AGENTS_PER_CALL = 50;

const FRESH_MS = 60_000;

/** The servers of the region. */
export interface Servers {
  /** Servers by id; unknown ones are missing. @throws PartialServersError */
  read(instanceIds: readonly string[], operation: Operation): Promise<readonly Instance[]>;
  /** Every server, a minute old at most. @throws UpstreamError if none can be read */
  readAll(operation: Operation): Promise<ListedServers>;
  /**
   * True if the list of servers, read after this time by the clock that only goes forward, shows the server. False if it may not be read.
   * @throws UpstreamError if it cannot be read
   */
  isListed(instanceId: string, since: number, operation: Operation): Promise<boolean>;
}

/** Reads servers by ListInstances, 100 at a time. */
export function createServers(context: AdapterContext): Servers {
  const { source } = context;
  let kept: (ListedServers & { readonly askedAt: number; readonly until: number }) | undefined;
  let reading: { readonly askedAt: number; readonly listed: Promise<ListedServers | null> } | undefined;

  async function readAll(operation: Operation, since = Number.NEGATIVE_INFINITY): Promise<ListedServers> {
    const askedAt = context.clock.elapsed();
    if (kept !== undefined && askedAt < kept.until && kept.askedAt >= since) return kept;
    // Many servers may go at once, and each of them asks for the list.
    const shared = reading !== undefined && reading.askedAt >= since ? await reading.listed : null;
    if (shared !== null) return shared;
    const listing = readAllServers(context, operation);
    const own = { askedAt, listed: listing.catch(() => null) };
    reading = own;
    try {
      const listed = await listing;
      const keepMs = listed.lack?.retryable === true ? 0 : FRESH_MS;
      kept = { ...listed, askedAt, until: context.clock.elapsed() + keepMs };
      return kept;
    } finally {
      if (reading === own) reading = undefined;
    }
  }

  async function readSome(ids: readonly string[], operation: Operation): Promise<FoundById<ServerShape>> {
    try {
      const servers = await readByIds(context, ids, operation);
      return foundOf(ids, { items: servers, failure: null });
    } catch (error) {
      if (!isUnknownId(error) || (isNotFound(error) && ids.length === 1)) throw error;
      // One unknown id fails the whole call, and does not say which it was, or whether there is one. Calls of this action are few: the list
      // costs less of them than halves do.
      const { instances, lack } = await readAll(operation);
      return foundOf(ids, { items: instances, failure: lack });
    }
  }

  return {
    async read(instanceIds, operation) {
      return foundOrPartial(
        source,
        await readInParts(instanceIds, SERVERS_PER_CALL, (some) => readSome(some, operation)),
      );
    },
    readAll: (operation) => readAll(operation),
    async isListed(instanceId, since, operation) {
      const { instances } = await orWhenRefused(readAll(operation, since), { instances: [] });
      return instances.some((one) => one.instanceId === instanceId);
    },
  };
}

/**
 * The agents on servers by id, 50 a call: by DescribeCloudAssistantAttributes, and if that may not be used by
 * DescribeCloudAssistantStatus, which says no more than whether an agent is installed. @throws PartialServersError
 */
export async function readAgentStates(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const agents = await readInParts(instanceIds, AGENTS_PER_CALL, async (ids) => {
    if (context.hasAttributes.state() !== "refused") {
      const attributes = askAgents(context, "DescribeCloudAssistantAttributes", ids, operation, readAttributePage);
      const found = await orWhenRefused(attributes, null);
      if (found !== null) return foundOf(ids, { items: found, failure: null });
      context.hasAttributes.refuse();
    }
    const items = await askAgents(context, "DescribeCloudAssistantStatus", ids, operation, readAgentPage);
    return foundOf(ids, { items, failure: null });
  });
  return foundOrPartial(context.source, agents);
}

async function askAgents(
  context: AdapterContext,
  action: string,
  ids: readonly string[],
  operation: Operation,
  read: (body: Fields, reading: Reading) => Promise<PageShape<AgentShape>>,
): Promise<readonly AgentShape[]> {
  const parameters = { InstanceIds: JSON.stringify(ids), PageNumber: 1, PageSize: ids.length };
  const answer = await context.ask(action, parameters, operation);
  return (await read(answer.body, context.reader(action, answer))).items;
}

async function readAllServers(context: AdapterContext, operation: Operation): Promise<ListedServers> {
  const fail = (flaw: string) => badResponse(context.source, ACTION, null, flaw);
  const all = await readAllPages<ServerShape>({
    paging: context.serverPaging,
    ask: (paging) => readPage(context, paging, operation),
    keyOf: (server) => server.instanceId,
    isEnough: () => false,
    giveUp: () => {
      throw fail("the list of servers does not end");
    },
  });
  const listed = toListedServers(context.source, all, fail);
  // Without a server there is no list of runs, and an empty answer would pass for a complete one.
  if (listed.instances.length === 0 && listed.lack !== null) throw listed.lack;
  return listed;
}

async function readPage(context: AdapterContext, { pageNumber, pageSize }: PagingParameters, operation: Operation) {
  const answer = await context.ask(ACTION, { PageNumber: pageNumber, PageSize: pageSize }, operation);
  return readServerPage(answer.body, context.reader(ACTION, answer));
}

async function readByIds(context: AdapterContext, ids: readonly string[], operation: Operation) {
  const parameters = { InstanceIds: JSON.stringify(ids), PageNumber: 1, PageSize: SERVERS_PER_CALL };
  // An internal error tells of an unknown id: asking again would only cost quota.
  const answer = await context.ask(ACTION, parameters, operation, { internalErrorIsFinal: true });
  return (await readServerPage(answer.body, context.reader(ACTION, answer))).items;
}

// ListInstances answers an id that it does not know with InternalError.
function isUnknownId(error: unknown): boolean {
  return isNotFound(error) || (error instanceof UpstreamError && /^InternalError/.test(error.upstreamCode ?? ""));
}
