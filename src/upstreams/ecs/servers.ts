import type { AgentState, Instance, Operation } from "#domain";
import { type AllInstances, orWhenRefused } from "../contract/index.ts";
import { type AllItems, flawOfServers, type Paging, readAllPages } from "../lists/index.ts";
import {
  type AgentShape,
  badResponse,
  chunk,
  type Fields,
  mapBounded,
  orNotFound,
  type PageShape,
  type Reading,
  readAgents,
} from "../mapping/index.ts";
import { type AdapterContext, type Parameters, toParameters } from "./context.ts";
import { type ManagedShape, readAgentPage, readInstancePage, readManagedPage } from "./shapes.ts";

/** Servers that one call of DescribeInstances gives, at most. */
export const SERVERS_PER_CALL = 100;

const MANAGED_PER_CALL = 50;
const CALLS_AT_ONCE = 4;

/**
 * Servers by id, unknown ones are missing: 100 a call by DescribeInstances, and machines outside Alibaba Cloud (`mi-…`) 50 a
 * call by DescribeManagedInstances. @throws UpstreamError
 */
export async function readInstances(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly Instance[]> {
  const [managedIds, ids] = splitIds(instanceIds);
  const pages = await mapBounded(chunk(ids, SERVERS_PER_CALL), CALLS_AT_ONCE, (some) => {
    const found = readById(context, some, operation, {
      action: "DescribeInstances",
      parameters: { InstanceIds: JSON.stringify(some) },
      paging: context.serverPaging,
      read: readInstancePage,
    });
    return orNotFound(found, [], { InstanceId: some });
  });
  const managed = await readManaged(context, managedIds, operation);
  return [...pages.flat(), ...managed].map((shape) => ({ source: context.source, ...shape }));
}

/** Every server of the region, and every machine outside Alibaba Cloud that is managed there. @throws UpstreamError */
export async function readAllInstances(context: AdapterContext, operation: Operation): Promise<AllInstances> {
  const servers = await readAll(context, operation, {
    action: "DescribeInstances",
    parameters: {},
    paging: context.serverPaging,
    read: readInstancePage,
  });
  const managed = await orWhenRefused(
    readAll(context, operation, {
      action: "DescribeManagedInstances",
      parameters: {},
      paging: context.managedPaging,
      read: readManagedPage,
    }),
    NO_SERVERS,
  );
  const shapes = [...servers.items, ...managed.items];
  return {
    instances: shapes.map((shape) => ({ source: context.source, ...shape })),
    flaw: flawOfServers(servers) ?? flawOfServers(managed),
  };
}

const NO_SERVERS: AllItems<ManagedShape> = { items: [], lack: null, told: 0 };

/**
 * The agents on servers by id, 50 a call, by DescribeCloudAssistantStatus, and on machines outside Alibaba Cloud by
 * DescribeManagedInstances. @throws UpstreamError
 */
export async function readAgentStates(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const [managedIds, ids] = splitIds(instanceIds);
  const agents = await readAgents(ids, operation, (some) =>
    readById(context, some, operation, {
      action: "DescribeCloudAssistantStatus",
      parameters: { InstanceId: some },
      paging: context.agentPaging,
      read: readAgentPage,
    }),
  );
  const managed = await readManaged(context, managedIds, operation);
  return [...agents, ...managed.map(({ agent }) => agent)].map((agent) => ({ source: context.source, ...agent }));
}

async function readManaged(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly ManagedShape[]> {
  const pages = await mapBounded(chunk(instanceIds, MANAGED_PER_CALL), CALLS_AT_ONCE, (some) => {
    const found = readById(context, some, operation, {
      action: "DescribeManagedInstances",
      parameters: { InstanceId: some },
      paging: context.managedPaging,
      read: readManagedPage,
    });
    return orWhenRefused(orNotFound(found, [], { InstanceId: some }), []);
  });
  return pages.flat();
}

/** An action that lists what it is asked for by ids. */
interface ListAction<Shape> {
  readonly action: string;
  readonly parameters: Parameters;
  readonly paging: Paging;
  read(body: Fields, reading: Reading): Promise<PageShape<Shape>>;
}

async function readById<Shape extends Pick<AgentShape, "instanceId">>(
  context: AdapterContext,
  ids: readonly string[],
  operation: Operation,
  action: ListAction<Shape>,
): Promise<readonly Shape[]> {
  const isAskedFor = ({ instanceId }: Shape) => ids.includes(instanceId);
  const isEnough = (all: readonly Shape[]): boolean => all.filter(isAskedFor).length === ids.length;
  const { items } = await readAll(context, operation, action, isEnough);
  return items.filter(isAskedFor);
}

async function readAll<Shape extends Pick<AgentShape, "instanceId">>(
  context: AdapterContext,
  operation: Operation,
  { action, parameters, paging, read }: ListAction<Shape>,
  isEnough: (items: readonly Shape[]) => boolean = () => false,
): Promise<AllItems<Shape>> {
  return readAllPages<Shape>({
    paging,
    ask: async (sent) => {
      const answer = await context.ask(action, { ...parameters, ...toParameters(sent) }, operation);
      return read(answer.body, context.reader(action, answer));
    },
    keyOf: ({ instanceId }) => instanceId,
    isEnough,
    giveUp: () => {
      throw badResponse(context.source, action, null, "the list does not end");
    },
  });
}

function splitIds(instanceIds: readonly string[]): readonly [managed: readonly string[], others: readonly string[]] {
  const ids = [...new Set(instanceIds)];
  const isManaged = (id: string): boolean => id.startsWith("mi-");
  return [ids.filter(isManaged), ids.filter((id) => !isManaged(id))];
}
