import { type AgentState, type Instance, type Operation, UpstreamError } from "#domain";
import {
  type AgentShape,
  badResponse,
  chunk,
  type Fields,
  isGone,
  mapBounded,
  orWhenRefused,
  type PageShape,
  type PagingParameters,
  type Reading,
  readAgents,
  readAllPages,
} from "#upstreams";
import { CALLS_AT_ONCE, type Desk } from "./desk.ts";
import { toInstance } from "./map.ts";
import { readAgentPage, readAttributePage, readServerPage, type ServerShape } from "./shapes.ts";

const ACTION = "ListInstances";
/** Servers that one call gives, at most. */
export const SERVERS_PER_CALL = 100;

const FRESH_MS = 60_000;

/** The servers of the region. */
export interface Servers {
  /** Servers by id; unknown ones are missing. @throws UpstreamError */
  read(instanceIds: readonly string[], operation: Operation): Promise<readonly Instance[]>;
  /** Ids of all servers, a minute old at most. @throws UpstreamError */
  readAllIds(operation: Operation): Promise<readonly string[]>;
}

/** Reads servers by ListInstances, 100 at a time. */
export function createServers(desk: Desk): Servers {
  let kept: { readonly servers: readonly ServerShape[]; readonly until: number } | undefined;

  async function readAll(operation: Operation): Promise<readonly ServerShape[]> {
    if (kept !== undefined && desk.clock.elapsed() < kept.until) return kept.servers;
    const servers = await readAllServers(desk, operation);
    kept = { servers, until: desk.clock.elapsed() + FRESH_MS };
    return servers;
  }

  async function readSome(ids: readonly string[], operation: Operation): Promise<readonly ServerShape[]> {
    try {
      return await readByIds(desk, ids, operation);
    } catch (error) {
      if (!isUnknownId(error)) throw error;
      // One unknown id fails the whole call, and does not say which it was.
      return ids.length === 1 ? [] : readAll(operation);
    }
  }

  return {
    async read(instanceIds, operation) {
      const ids = [...new Set(instanceIds)];
      const found = await mapBounded(chunk(ids, SERVERS_PER_CALL), CALLS_AT_ONCE, async (some) => {
        const servers = await readSome(some, operation);
        return servers.filter((server) => some.includes(server.instanceId));
      });
      return found.flat().map((server) => toInstance(server, desk.source));
    },
    async readAllIds(operation) {
      return (await readAll(operation)).map((server) => server.instanceId);
    },
  };
}

/**
 * The agents on servers by id, 50 a call: by DescribeCloudAssistantAttributes, and if that may not be used by
 * DescribeCloudAssistantStatus, which says no more than whether an agent is installed. @throws UpstreamError
 */
export async function readAgentStates(
  desk: Desk,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const agents = await readAgents(instanceIds, operation, async (ids) => {
    if (desk.hasAttributes.state() !== "refused") {
      const attributes = askAgents(desk, "DescribeCloudAssistantAttributes", ids, operation, readAttributePage);
      const found = await orWhenRefused(attributes, null);
      if (found !== null) return found;
      desk.hasAttributes.refuse();
    }
    return askAgents(desk, "DescribeCloudAssistantStatus", ids, operation, readAgentPage);
  });
  return agents.map((agent) => ({ source: desk.source, ...agent }));
}

async function askAgents(
  desk: Desk,
  action: string,
  ids: readonly string[],
  operation: Operation,
  read: (body: Fields, reading: Reading) => PageShape<AgentShape>,
): Promise<readonly AgentShape[]> {
  const parameters = { InstanceIds: JSON.stringify(ids), PageNumber: 1, PageSize: ids.length };
  const answer = await desk.ask(action, parameters, operation);
  return read(answer.body, desk.reader(action, answer)).items;
}

async function readAllServers(desk: Desk, operation: Operation): Promise<readonly ServerShape[]> {
  const { items } = await readAllPages<ServerShape>({
    paging: desk.serverPaging,
    ask: (paging) => readPage(desk, paging, operation),
    keyOf: (server) => server.instanceId,
    isEnough: () => false,
    giveUp: () => {
      throw badResponse(desk.source, ACTION, null, "the list of servers does not end");
    },
  });
  return items;
}

async function readPage(desk: Desk, { pageNumber, pageSize }: PagingParameters, operation: Operation) {
  const answer = await desk.ask(ACTION, { PageNumber: pageNumber, PageSize: pageSize }, operation);
  return readServerPage(answer.body, desk.reader(ACTION, answer));
}

async function readByIds(desk: Desk, ids: readonly string[], operation: Operation) {
  const parameters = { InstanceIds: JSON.stringify(ids), PageNumber: 1, PageSize: SERVERS_PER_CALL };
  // An internal error tells of an unknown id: asking again would only cost quota.
  const answer = await desk.ask(ACTION, parameters, operation, { internalErrorIsFinal: true });
  return readServerPage(answer.body, desk.reader(ACTION, answer)).items;
}

// ListInstances answers an id that it does not know with InternalError.
function isUnknownId(error: unknown): boolean {
  return isGone(error) || (error instanceof UpstreamError && /^InternalError/.test(error.upstreamCode ?? ""));
}
