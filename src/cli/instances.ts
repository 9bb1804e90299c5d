import { GatewayError, type ServerNamesQuery } from "../client/index.ts";
import { type Context, salvage } from "./context.ts";
import type { Scope } from "./find.ts";
import { tellFailures } from "./sources.ts";
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
    const instances = invocations.nodes.flatMap((run) => run?.instanceInvocations?.nodes ?? []);
    const ids = instances.flatMap((one) => (one?.instance?.name === name ? [one.instanceId] : []));
    if (ids.length > 0) return [...new Set(ids)];
    tellFailures(context, invocations.sources);
    after = invocations.pageInfo.endCursor;
    if (!invocations.pageInfo.hasNextPage || after === null) break;
  }
  return [];
}

/** More ids than statistics have rows for. */
const MAX_IDS = 100;

/** Names of servers by their ids. A server that is gone, or that the caller may not see, has none. What cannot be read is told. */
export async function readNames(context: Context, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].slice(0, MAX_IDS);
  if (wanted.length === 0) return new Map();
  const question = context.client.serversById({ instanceIds: wanted, first: MAX_IDS });
  const { instances } = await salvage(context, question).catch((error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    // What names are for is there without them.
    tellFailures(context, [], error);
    return { instances: null };
  });
  const servers = instances?.nodes.filter((server) => server !== null) ?? [];
  const names = new Map(
    servers.flatMap(({ instanceId, name }) => (name === null ? [] : [[instanceId, name] as const])),
  );
  if (names.size < wanted.length) tellFailures(context, instances?.sources ?? []);
  return names;
}
