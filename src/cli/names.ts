import { type Context, salvage } from "./context.ts";

/** More ids than statistics have rows for. */
const MAX_IDS = 100;

/** Names of servers by their ids. A server that is gone, or that the caller may not see, has none. */
export async function readNames(context: Context, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].slice(0, MAX_IDS);
  if (wanted.length === 0) return new Map();
  const { instances } = await salvage(context, context.client.serversById({ instanceIds: wanted, first: MAX_IDS }));
  return new Map(
    instances?.nodes.flatMap((server) => (server?.name == null ? [] : [[server.instanceId, server.name] as const])) ??
      [],
  );
}
