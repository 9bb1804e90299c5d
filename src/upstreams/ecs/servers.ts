import type { AgentState, Instance, Operation } from "#domain";
import { chunk, mapBounded, orWhenGone, readAgents } from "#upstreams";
import type { Desk } from "./desk.ts";
import { toInstance } from "./map.ts";
import { readAgentPage, readInstancePage } from "./shapes.ts";

const ACTION = "DescribeInstances";
const PER_CALL = 100;
const CALLS_AT_ONCE = 4;

/** Servers by id, 100 a call; unknown ones are missing. @throws UpstreamError */
export async function readInstances(
  desk: Desk,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly Instance[]> {
  // Machines outside Alibaba Cloud (`mi-…`) run commands too, and DescribeInstances does not know them.
  const known = [...new Set(instanceIds)].filter((instanceId) => !instanceId.startsWith("mi-"));
  const pages = await mapBounded(chunk(known, PER_CALL), CALLS_AT_ONCE, (ids) =>
    orWhenGone(readInstancesPage(desk, ids, operation), []),
  );
  return pages.flat();
}

/** The agents on servers by id, 50 a call, by DescribeCloudAssistantStatus. @throws UpstreamError */
export async function readAgentStates(
  desk: Desk,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const action = "DescribeCloudAssistantStatus";
  const agents = await readAgents(instanceIds, operation, async (ids) => {
    const answer = await desk.ask(action, { InstanceId: ids, PageNumber: 1, PageSize: ids.length }, operation);
    return readAgentPage(answer.body, desk.reader(action, answer));
  });
  return agents.map((agent) => ({ source: desk.source, ...agent }));
}

async function readInstancesPage(desk: Desk, instanceIds: readonly string[], operation: Operation) {
  const parameters = { InstanceIds: JSON.stringify(instanceIds), PageNumber: 1, PageSize: PER_CALL };
  const answer = await desk.ask(ACTION, parameters, operation);
  const { items } = readInstancePage(answer.body, desk.reader(ACTION, answer));
  return items.filter((shape) => instanceIds.includes(shape.instanceId)).map((shape) => toInstance(shape, desk.source));
}
