import type { AgentState, Instance, Operation } from "#domain";
import { foundOrPartial, isNotOffered, isRefusal, orWhenNotOffered, type ServerList } from "../contract/index.ts";
import { type AllItems, type Paging, readAllPages, toListedServers } from "../lists/index.ts";
import {
  type AgentShape,
  badResponse,
  type Fields,
  type FoundById,
  foundOf,
  joinFound,
  type PageShape,
  type Reading,
  readInParts,
  type ServerShape,
} from "../mapping/index.ts";
import { type AdapterContext, type Parameters, toParameters } from "./context.ts";
import { type ManagedShape, readAgentPage, readInstancePage, readManagedPage } from "./shapes.ts";

/** Servers that one call of DescribeInstances gives, at most. */
export const SERVERS_PER_CALL = 100;

const MANAGED_PER_CALL = 50;
const AGENTS_PER_CALL = 50;

/**
 * Servers by id, unknown ones are missing: 100 a call by DescribeInstances, and machines outside Alibaba Cloud (`mi-…`) 50 a
 * call by DescribeManagedInstances. @throws PartialServersError
 */
export async function readInstances(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly Instance[]> {
  const [managedIds, ids] = splitIds(instanceIds);
  const parts = await Promise.all([
    readInParts(ids, SERVERS_PER_CALL, (some) =>
      readById(context, some, operation, {
        action: "DescribeInstances",
        parameters: { InstanceIds: JSON.stringify(some) },
        paging: context.serverPaging,
        read: readInstancePage,
      }),
    ),
    readManaged(context, managedIds, operation),
  ]);
  return foundOrPartial(context.source, joinFound<ServerShape>(parts));
}

/** The servers of the region, and the machines outside Alibaba Cloud that are managed there: either fails alone. */
export function createServerLists(context: AdapterContext): readonly ServerList[] {
  return [
    createServerList(context, {
      action: "DescribeInstances",
      parameters: {},
      paging: context.serverPaging,
      read: readInstancePage,
    }),
    allowRefusal(
      createServerList(context, {
        action: "DescribeManagedInstances",
        parameters: {},
        paging: context.managedPaging,
        read: readManagedPage,
      }),
    ),
  ];
}

function createServerList(context: AdapterContext, action: ListAction<ServerShape>): ServerList {
  const { source } = context;
  return {
    key: action.action,
    async read(operation) {
      const all = await readAll(context, operation, action);
      return toListedServers(source, all, (flaw) => badResponse(source, action.action, null, flaw));
    },
  };
}

/** Few accounts have such machines: one that may not list them lacks them, and is asked no sooner again than one that may. */
function allowRefusal(list: ServerList): ServerList {
  return {
    ...list,
    async read(operation) {
      try {
        return await orWhenNotOffered(list.read(operation), { instances: [], lack: null });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return { instances: [], lack: error };
      }
    },
  };
}

/**
 * The agents on servers by id, 50 a call, by DescribeCloudAssistantStatus, and on machines outside Alibaba Cloud by
 * DescribeManagedInstances. @throws PartialServersError
 */
export async function readAgentStates(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly AgentState[]> {
  const [managedIds, ids] = splitIds(instanceIds);
  const [agents, managed] = await Promise.all([
    readInParts(ids, AGENTS_PER_CALL, (some) =>
      readById(context, some, operation, {
        action: "DescribeCloudAssistantStatus",
        parameters: { InstanceId: some },
        paging: context.agentPaging,
        read: readAgentPage,
      }),
    ),
    readManaged(context, managedIds, operation),
  ]);
  const ofManaged = { ...managed, found: managed.found.map(({ agent }) => agent) };
  return foundOrPartial(context.source, joinFound([agents, ofManaged]));
}

/** A region that does not offer the action tells nothing of machines that runs went to: each of them fails. */
function readManaged(
  context: AdapterContext,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<FoundById<ManagedShape>> {
  const action = "DescribeManagedInstances";
  return readInParts(instanceIds, MANAGED_PER_CALL, async (some) => {
    const known = context.notOffered.get(action);
    if (known !== undefined) throw known;
    try {
      return await readById(context, some, operation, {
        action,
        parameters: { InstanceId: some },
        paging: context.managedPaging,
        read: readManagedPage,
      });
    } catch (error) {
      if (isNotOffered(error)) context.notOffered.add(action, error);
      throw error;
    }
  });
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
): Promise<FoundById<Shape>> {
  const isEnough = (all: readonly Shape[]): boolean =>
    all.filter(({ instanceId }) => ids.includes(instanceId)).length === ids.length;
  return foundOf(ids, await readAll(context, operation, action, isEnough));
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
