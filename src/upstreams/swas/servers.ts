import { type AgentState, type Instance, type Operation, UpstreamError } from "#domain";
import { type AllInstances, orWhenRefused } from "../contract/index.ts";
import { flawOfServers, type PagingParameters, readAllPages } from "../lists/index.ts";
import {
  type AgentShape,
  badResponse,
  chunk,
  type Fields,
  isNotFound,
  mapBounded,
  type PageShape,
  type Reading,
  readAgents,
  type ServerShape,
} from "../mapping/index.ts";
import { type AdapterContext, CALLS_AT_ONCE } from "./context.ts";
import { readAgentPage, readAttributePage, readServerPage } from "./shapes.ts";

const ACTION = "ListInstances";
/** Servers that one call gives, at most. */
export const SERVERS_PER_CALL = 100;

const FRESH_MS = 60_000;

/** The servers of the region. */
export interface Servers {
  /** Servers by id; unknown ones are missing. @throws UpstreamError */
  read(instanceIds: readonly string[], operation: Operation): Promise<readonly Instance[]>;
  /** Every server, a minute old at most. @throws UpstreamError */
  readAll(operation: Operation): Promise<AllInstances>;
}

/** Reads servers by ListInstances, 100 at a time. */
export function createServers(context: AdapterContext): Servers {
  let kept: (AllInstances & { readonly until: number }) | undefined;
  const toInstance = (server: ServerShape): Instance => ({ source: context.source, ...server });

  async function readAll(operation: Operation): Promise<AllInstances> {
    if (kept !== undefined && context.clock.elapsed() < kept.until) return kept;
    const { items, flaw } = await readAllServers(context, operation);
    kept = { instances: items.map(toInstance), flaw, until: context.clock.elapsed() + FRESH_MS };
    return kept;
  }

  async function readSome(ids: readonly string[], operation: Operation): Promise<readonly Instance[]> {
    try {
      return (await readByIds(context, ids, operation)).map(toInstance);
    } catch (error) {
      if (!isUnknownId(error)) throw error;
      // One unknown id fails the whole call, and does not say which it was.
      return ids.length === 1 ? [] : (await readAll(operation)).instances;
    }
  }

  return {
    async read(instanceIds, operation) {
      const ids = [...new Set(instanceIds)];
      const found = await mapBounded(chunk(ids, SERVERS_PER_CALL), CALLS_AT_ONCE, async (some) => {
        const servers = await readSome(some, operation);
        return servers.filter((server) => some.includes(server.instanceId));
      });
      return found.flat();
    },
    readAll,
  };
}

/**
 * The agents on servers by id, 50 a call: by DescribeCloudAssistantAttributes, and if that may not be used by
 * DescribeCloudAssistantStatus, which says no more than whether an agent is installed. @throws UpstreamError
 */
export async function readAgentStates(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const agents = await readAgents(instanceIds, operation, async (ids) => {
    if (context.hasAttributes.state() !== "refused") {
      const attributes = askAgents(context, "DescribeCloudAssistantAttributes", ids, operation, readAttributePage);
      const found = await orWhenRefused(attributes, null);
      if (found !== null) return found;
      context.hasAttributes.refuse();
    }
    return askAgents(context, "DescribeCloudAssistantStatus", ids, operation, readAgentPage);
  });
  return agents.map((agent) => ({ source: context.source, ...agent }));
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

async function readAllServers(context: AdapterContext, operation: Operation) {
  const all = await readAllPages<ServerShape>({
    paging: context.serverPaging,
    ask: (paging) => readPage(context, paging, operation),
    keyOf: (server) => server.instanceId,
    isEnough: () => false,
    giveUp: () => {
      throw badResponse(context.source, ACTION, null, "the list of servers does not end");
    },
  });
  // Without a server there is no list of runs, and an empty answer would pass for a complete one.
  const flaw = flawOfServers(all);
  if (all.items.length === 0 && flaw !== null) throw badResponse(context.source, ACTION, null, flaw);
  return { items: all.items, flaw };
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
