import type { InstanceRef, InvocationRef, ResultRef } from "./invocation.ts";
import { sourceKey } from "./source.ts";

// Ids come from clients and may hold any character, so only the last part of a key goes without its length.

/** One string per run, equal exactly when the runs are. */
export function invocationKey({ source, invokeId }: InvocationRef): string {
  return `${sourceKey(source)}/${invokeId}`;
}

/** One string per execution of a run on an instance, equal exactly when the executions are. */
export function resultKey({ source, invokeId, instanceId, execution }: ResultRef): string {
  const pair = `${sourceKey(source)}/${invokeId.length}/${instanceId.length}/${invokeId}/${instanceId}`;
  return execution === null ? pair : `${pair}/${execution}`;
}

/** One string per server, equal exactly when the servers are. */
export function instanceKey({ source, instanceId }: InstanceRef): string {
  return `${sourceKey(source)}/${instanceId}`;
}
