import { GatewayError, type ServerNamesQuery } from "../client/index.ts";
import { type Context, salvage } from "./context.ts";
import { type Scope, tellFailures } from "./sources.ts";
import { CommandError, EXIT_CODES, toLine } from "./terminal/index.ts";

/** Ids of both products: `i-…`, `mi-…`, or 32 hexadecimal digits. */
const INSTANCE_ID = /^(m?i-[\w*-]+|[0-9a-f]{28}[0-9a-f*]{4})$/i;
const MAX_PAGES = 10;

/** True if a word is an instance's id, and no server's name. */
export function isInstanceId(word: string): boolean {
  return INSTANCE_ID.test(word);
}

/**
 * The id of the server that a person named, if any: by its id, or by the name that it has in the runs of late.
 * @throws CommandError if there is none or more than one, or if it may be one whose name could not be read
 */
export async function findInstance(
  context: Context,
  word: string | undefined,
  scope: Scope,
): Promise<string | undefined> {
  if (word === undefined || isInstanceId(word)) return word;
  const found = await searchNames(context, word, scope);
  const [id, ...others] = found;
  if (id === undefined && context.report.isIncomplete) {
    const message = `The server "${toLine(word)}" was not found, and not all servers' names could be read: give an instance id.`;
    throw new CommandError(message, EXIT_CODES.incomplete);
  }
  if (id === undefined) {
    throw new CommandError(
      `\`--instance\`: expected an instance id, or the name of a server that a recent run went to, got "${toLine(word)}".`,
    );
  }
  if (others.length === 0) return id;
  const list = [...found].map(toLine).join(", ");
  throw new CommandError(
    `\`--instance\`: expected one server, got "${toLine(word)}", the name of ${list}: give an id.`,
  );
}

/** Ids of the servers of that name, from the first page of runs that has one. */
async function searchNames(context: Context, name: string, scope: Scope): Promise<readonly string[]> {
  let after: string | null = null;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { invocations }: ServerNamesQuery = await salvage(
      context,
      context.client.serverNames({ after, filter: scope }),
    );
    if (invocations === null)
      throw new CommandError("The gateway gave no list of runs to look the server's name up in.");
    const ids = await findNamed(context, name, invocations.nodes);
    if (ids.length > 0) return ids;
    tellFailures(context, invocations.sources);
    after = invocations.pageInfo.endCursor;
    if (!invocations.pageInfo.hasNextPage || after === null) break;
  }
  return [];
}

type NamedRun = NonNullable<ServerNamesQuery["invocations"]>["nodes"][number];
type NamedRows = NonNullable<NonNullable<NamedRun>["instanceInvocations"]>;

/** Ids of the servers of that name among those that these runs went to; the rest of long runs is read only if none was among the first. */
async function findNamed(context: Context, name: string, runs: readonly NamedRun[]): Promise<readonly string[]> {
  const idsIn = (rows: Pick<NamedRows, "nodes"> | null | undefined) =>
    rows?.nodes.flatMap((one) => (one?.instance?.name === name ? [one.instanceId] : [])) ?? [];
  const ids = runs.flatMap((run) => idsIn(run?.instanceInvocations));
  if (ids.length > 0) return [...new Set(ids)];
  for (const run of runs) {
    let rows = run?.instanceInvocations?.pageInfo;
    for (let page = 2; run !== null && rows?.hasNextPage && page <= MAX_PAGES; page += 1) {
      const { node } = await salvage(context, context.client.runServers({ id: run.id, after: rows.endCursor }));
      const more = node?.__typename === "Invocation" ? node.instanceInvocations : null;
      const found = idsIn(more);
      if (found.length > 0) return [...new Set(found)];
      rows = more?.pageInfo;
    }
  }
  return [];
}

/** As many as are asked for at once. */
const IDS_AT_ONCE = 100;

/** Names of servers by their ids. A server that is gone, or that the caller may not see, has none. What cannot be read is told. */
export async function readNames(context: Context, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  const names = new Map<string, string>();
  for (let from = 0; from < wanted.length; from += IDS_AT_ONCE) {
    const some = wanted.slice(from, from + IDS_AT_ONCE);
    const servers = await readServers(context, some);
    for (const { instanceId, name } of servers.nodes) if (name !== null) names.set(instanceId, name);
    if (!some.every((id) => names.has(id))) tellFailures(context, servers.sources);
  }
  return names;
}

/** What names are for is there without them, so that a failure is told and ends nothing. */
async function readServers(context: Context, instanceIds: readonly string[]) {
  const question = context.client.serversById({ instanceIds, first: IDS_AT_ONCE });
  const { instances } = await salvage(context, question).catch((error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    tellFailures(context, [], error);
    return { instances: null };
  });
  return { nodes: instances?.nodes.filter((server) => server !== null) ?? [], sources: instances?.sources ?? [] };
}
