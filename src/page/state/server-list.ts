import type { InstanceInvocationStatus, RunServersQuery } from "cloud-assistant-gateway/client";
import { gateway, salvage } from "./gateway.ts";
import { CLOSED_STATES, FAILED_STATES, OPEN_STATES } from "./statuses.ts";

type RunNode = Extract<NonNullable<RunServersQuery["node"]>, { readonly __typename: "Invocation" }>;
/** A run on one server. */
export type Server = NonNullable<NonNullable<RunNode["instanceInvocations"]>["nodes"][number]>;

/** The servers of a run that were read so far, failures first. */
export interface ServerList {
  readonly servers: readonly Server[];
  /** Where reading goes on; null at the end. */
  readonly next: Spot | null;
}

/** A place between two pages: which group of states, and behind which cursor of it. */
interface Spot {
  readonly group: number;
  readonly after: string | null;
}

const GROUPS: readonly (readonly InstanceInvocationStatus[])[] = [FAILED_STATES, OPEN_STATES, CLOSED_STATES];

/** Most servers that are read again at each change; of larger runs the later rows are read when they are scrolled to. */
const MOST_AGAIN = 500;
const PAGE_ROWS = 100;

/** Reads the first servers of a run again, as many as are known; `state` narrows them to one state. */
export async function readServers(
  runId: string,
  state: InstanceInvocationStatus | null,
  known: number,
  signal: AbortSignal,
): Promise<ServerList> {
  let list: ServerList = { servers: [], next: { group: 0, after: null } };
  do list = await readMoreServers(runId, state, list, signal);
  while (list.next !== null && list.servers.length < Math.min(Math.max(known, PAGE_ROWS), MOST_AGAIN));
  return list;
}

/** Reads one page more; failures come first, then what is not over, then the others. */
export async function readMoreServers(
  runId: string,
  state: InstanceInvocationStatus | null,
  list: ServerList,
  signal?: AbortSignal,
): Promise<ServerList> {
  if (list.next === null) return list;
  const groups = state === null ? GROUPS : [[state]];
  const { group, after } = list.next;
  const statusIn = [...(groups[group] ?? [])];
  const variables = { id: runId, first: PAGE_ROWS, statusIn, ...(after !== null && { after }) };
  const { data, failures } = await salvage(gateway.runServers(variables, {}, signal));
  if (data.node?.__typename !== "Invocation") return { ...list, next: null };
  const page = data.node.instanceInvocations;
  if (page === null) throw failures[0] ?? new TypeError("The gateway answered without the servers.");
  const known = new Set(list.servers.map(({ id }) => id));
  const more = page.nodes.flatMap((server) => (server === null || known.has(server.id) ? [] : [server]));
  const { hasNextPage, endCursor } = page.pageInfo;
  const isGroupRead = !hasNextPage || endCursor === null;
  const following = group + 1 < groups.length ? { group: group + 1, after: null } : null;
  return { servers: [...list.servers, ...more], next: isGroupRead ? following : { group, after: endCursor } };
}
