import { type AgentState, type Instance, type Operation, UpstreamError } from "#domain";
import {
  badResponse,
  chunk,
  createPageLimit,
  isGone,
  mapBounded,
  type PageRequest,
  readAgents,
  walkPages,
} from "#upstreams";
import { CALLS_AT_ONCE, type Desk } from "./desk.ts";
import { toInstance } from "./map.ts";
import { readAgentPage, readServerPage, type ServerShape } from "./shapes.ts";

const ACTION = "ListInstances";
const PER_CALL = 100;
const ONE_PAGE: PageRequest = { pageNumber: 1, pageSize: PER_CALL };
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
    const servers = await walkAll(desk, operation);
    kept = { servers, until: desk.clock.elapsed() + FRESH_MS };
    return servers;
  }

  async function readSome(ids: readonly string[], operation: Operation): Promise<readonly ServerShape[]> {
    try {
      const page = await readPage(desk, { InstanceIds: JSON.stringify(ids) }, ONE_PAGE, operation);
      return page.items;
    } catch (error) {
      if (!isUnknownId(error)) throw error;
      // One unknown id fails the whole call, and does not say which it was.
      return ids.length === 1 ? [] : readAll(operation);
    }
  }

  return {
    async read(instanceIds, operation) {
      const ids = [...new Set(instanceIds)];
      const found = await mapBounded(chunk(ids, PER_CALL), CALLS_AT_ONCE, async (some) => {
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

/** The agents on servers by id, 50 a call, by DescribeCloudAssistantStatus. @throws UpstreamError */
export async function readAgentStates(
  desk: Desk,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const action = "DescribeCloudAssistantStatus";
  const agents = await readAgents(instanceIds, operation, async (ids) => {
    const parameters = { InstanceIds: JSON.stringify(ids), PageNumber: 1, PageSize: ids.length };
    const answer = await desk.ask(action, parameters, operation);
    return readAgentPage(answer.body, desk.reader(action, answer));
  });
  return agents.map((agent) => ({ source: desk.source, ...agent }));
}

async function walkAll(desk: Desk, operation: Operation): Promise<readonly ServerShape[]> {
  const { items } = await walkPages({
    limit: createPageLimit(desk.clock, PER_CALL),
    surePages: 1,
    ask: (pageNumber, pageSize) => readPage(desk, {}, { pageNumber, pageSize }, operation),
    keyOf: (server) => server.instanceId,
    isEnough: () => false,
    giveUp: () => {
      throw badResponse(desk.source, ACTION, null, "the list of servers does not end");
    },
  });
  return items;
}

async function readPage(
  desk: Desk,
  filter: { readonly InstanceIds?: string },
  { pageNumber, pageSize }: PageRequest,
  operation: Operation,
) {
  const parameters = { ...filter, PageNumber: pageNumber, PageSize: pageSize };
  // With ids an internal error tells of an unknown one: asking again would only cost quota.
  const internalErrorIsFinal = filter.InstanceIds !== undefined;
  const answer = await desk.ask(ACTION, parameters, operation, { internalErrorIsFinal });
  return readServerPage(answer.body, desk.reader(ACTION, answer));
}

// ListInstances answers an id that it does not know with InternalError.
function isUnknownId(error: unknown): boolean {
  return isGone(error) || (error instanceof UpstreamError && /^InternalError/.test(error.upstreamCode ?? ""));
}
