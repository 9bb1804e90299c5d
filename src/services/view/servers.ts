import type { View } from "#access";
import type { InstanceRef, Operation } from "#domain";
import type { Sync } from "#sync";

type Servers = Sync["servers"];
type Read<Value> = (refs: readonly InstanceRef[], operation: Operation) => Promise<readonly (Value | null | Error)[]>;

/** Servers of a view. They belong to no command, so roles that depend on its name give none. */
export function limitServers(servers: Servers, view: View): Servers {
  return {
    readInstances: onlySeen(servers.readInstances, view),
    readAgentStates: onlySeen(servers.readAgentStates, view),
    readAllInstances: async (source, operation) =>
      view.rightsFor(source).always.runs
        ? servers.readAllInstances(source, operation)
        : { instances: [], flaw: null, failure: null },
  };
}

function onlySeen<Value>(read: Read<Value>, view: View): Read<Value> {
  const isSeen = ({ source }: InstanceRef) => view.rightsFor(source).always.runs;
  return async (refs, operation) => {
    const seen = refs.filter(isSeen);
    const answers = seen.length === 0 ? [] : await read(seen, operation);
    const byRef = new Map(seen.map((ref, position) => [ref, answers[position] ?? null]));
    return refs.map((ref) => byRef.get(ref) ?? null);
  };
}
