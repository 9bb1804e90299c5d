import {
  type AgentState,
  type Instance,
  type InstanceInvocation,
  type InstanceInvocationRef,
  type InstanceRef,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  instanceKey,
  invocationKey,
  type Operation,
  type ResultRef,
  resultKey,
  type Telemetry,
  type Wants,
} from "#domain";
import type { Answer, Services } from "#services";
import { type ByKey, createByKey } from "./by-key.ts";
import { joinWants, wantsKey } from "./join-wants.ts";
import { untilNoneWaits } from "./operation-turns.ts";

/** A key with the costly parts that its selection needs. */
export type Wanted<Ref> = Ref & { readonly wants: Wants };

/** What one operation loads by key. */
export interface Loaders {
  /** Results of one execution each; those of one tick go to the services together, so that one run is read at once. */
  readonly results: ByKey<Wanted<ResultRef>, InvocationResult>;
  /** The latest results of rows of one run, in their order. Never rejects; a result that could not be read has its error as answer. */
  latestResults(rows: readonly InstanceInvocation[], wants: Wants): Promise<readonly Answer<InvocationResult>[]>;
  readonly invocations: ByKey<Wanted<InvocationRef>, Invocation>;
  readonly instances: ByKey<InstanceRef, Instance>;
  /** The agents on servers. */
  readonly agents: ByKey<InstanceRef, AgentState>;
  /** Every execution of a repeated run on one instance, newest first. */
  readonly histories: ByKey<Wanted<InstanceInvocationRef>, readonly InvocationResult[]>;
}

/** Fresh loaders for one operation: nothing that they hold is seen by another one. */
export function createLoaders(services: Services, telemetry: Telemetry, operation: Operation): Loaders {
  const results = createResultLoader(services, telemetry, operation);
  const settled = () => untilNoneWaits(operation);
  return {
    results,
    latestResults: (rows, wants) =>
      results.loadMany(
        rows.map(({ source, invokeId, instanceId }) => ({ source, invokeId, instanceId, execution: null, wants })),
      ),
    invocations: createByKey({
      telemetry,
      settled,
      name: "invocations",
      keyOf: runName,
      groupsOf: (keys) => joinWants(keys, invocationKey).map(wantsKey),
      readGroup: (keys) => services.readInvocations(keys, wantsOf(keys), operation),
    }),
    instances: createByKey({
      telemetry,
      settled,
      name: "instances",
      keyOf: instanceKey,
      readGroup: (keys) => services.readInstances(keys, operation),
    }),
    agents: createByKey({
      telemetry,
      settled,
      name: "agents",
      keyOf: instanceKey,
      readGroup: (keys) => services.readAgentStates(keys, operation),
    }),
    histories: createByKey({
      telemetry,
      settled,
      name: "histories",
      keyOf: (key) => `${pairName(key)}\n${wantsKey(key.wants)}`,
      // Each history is a call of its own, and one that fails must not take the others with it.
      groupsOf: (keys) => keys.map(pairName),
      readGroup: (keys) => Promise.all(keys.map((key) => services.readHistory(key, wantsOf(keys), operation))),
    }),
  };
}

function createResultLoader(services: Services, telemetry: Telemetry, operation: Operation) {
  return createByKey<Wanted<ResultRef>, InvocationResult>({
    telemetry,
    settled: () => untilNoneWaits(operation),
    name: "results",
    keyOf: (key) => `${resultKey(key)}\n${wantsKey(key.wants)}`,
    groupsOf: (keys) => joinWants(keys, resultKey).map(wantsKey),
    readGroup: (keys) => services.readResults(keys, wantsOf(keys), operation),
  });
}

// No wants hold a line feed, so what follows the last one is theirs.
function runName(key: Wanted<InvocationRef>): string {
  return `${invocationKey(key)}\n${wantsKey(key.wants)}`;
}

function pairName(ref: InstanceInvocationRef): string {
  return resultKey({ ...ref, execution: null });
}

/** All that is wanted of the keys of a group. */
function wantsOf(keys: readonly { readonly wants: Wants }[]): Wants {
  return {
    output: keys.some(({ wants }) => wants.output),
    content: keys.some(({ wants }) => wants.content),
  };
}
