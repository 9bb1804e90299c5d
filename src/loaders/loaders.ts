import {
  type AgentState,
  type Instance,
  type InstanceInvocation,
  type InstanceInvocationRef,
  type InstanceRef,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  type Operation,
  type ResultRef,
  sourceKey,
  type Telemetry,
  type Wants,
} from "#domain";
import type { Answer, Services } from "#services";
import { type ByKey, createByKey } from "./by-key.ts";

/** A key with the costly parts that its selection needs. */
export type Wanted<Ref> = Ref & { readonly wants: Wants };

/** What one operation loads by key. */
export interface Loaders {
  /** Results of one execution each; those of one tick go to the services together, so that one run is read at once. */
  readonly results: ByKey<Wanted<ResultRef>, InvocationResult>;
  /**
   * The latest results of rows of one run, in their order: at once where all of them are at hand, else with the others of
   * this tick. Never rejects; a result that could not be read has its error as answer.
   */
  latestResults(
    rows: readonly InstanceInvocation[],
    wants: Wants,
  ): readonly Answer<InvocationResult>[] | Promise<readonly Answer<InvocationResult>[]>;
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
  const counted = new Set<string>();
  return {
    results,
    latestResults(rows, wants) {
      const known = services.findResults?.(rows, wants, operation) ?? null;
      const [first] = rows;
      if (known === null) {
        return results.loadMany(
          rows.map(({ source, invokeId, instanceId }) => ({ source, invokeId, instanceId, execution: null, wants })),
        );
      }
      if (first !== undefined) countOnce(textOf(first, first.invokeId, wantsKey(wants)), counted, operation);
      return known;
    },
    invocations: createByKey({
      telemetry,
      name: "invocations",
      keyOf: (key) => textOf(key, key.invokeId, wantsKey(key.wants)),
      groupOf: (key) => wantsKey(key.wants),
      readGroup: (keys) => services.readInvocations(keys, wantsOf(keys), operation),
    }),
    instances: createByKey({
      telemetry,
      name: "instances",
      keyOf: (key) => textOf(key, key.instanceId),
      readGroup: (keys) => services.readInstances(keys, operation),
    }),
    agents: createByKey({
      telemetry,
      name: "agents",
      keyOf: (key) => textOf(key, key.instanceId),
      readGroup: (keys) => services.readAgentStates(keys, operation),
    }),
    histories: createByKey({
      telemetry,
      name: "histories",
      keyOf: (key) => textOf(key, key.invokeId, key.instanceId, wantsKey(key.wants)),
      // Each history is a call of its own, and one that fails must not take the others with it.
      groupOf: (key) => textOf(key, key.invokeId, key.instanceId, wantsKey(key.wants)),
      readGroup: (keys) => Promise.all(keys.map((key) => services.readHistory(key, key.wants, operation))),
    }),
  };
}

function createResultLoader(services: Services, telemetry: Telemetry, operation: Operation) {
  return createByKey<Wanted<ResultRef>, InvocationResult>({
    telemetry,
    name: "results",
    keyOf: (key) => textOf(key, key.invokeId, key.instanceId, key.execution ?? "", wantsKey(key.wants)),
    groupOf: (key) => wantsKey(key.wants),
    readGroup: (keys) => services.readResults(keys, wantsOf(keys), operation),
  });
}

// A run whose results were at hand is a call that was not made; the same run elsewhere in the operation is not another one.
function countOnce(run: string, counted: Set<string>, { meter }: Operation): void {
  if (counted.has(run)) return;
  counted.add(run);
  meter.addCached(1);
}

function textOf(key: { readonly source: InvocationRef["source"] }, ...parts: readonly string[]): string {
  return [sourceKey(key.source), ...parts].join("\n");
}

function wantsKey(wants: Wants): string {
  return `${wants.output ? "output" : ""},${wants.content ? "content" : ""}`;
}

function wantsOf(keys: readonly { readonly wants: Wants }[]): Wants {
  return keys[0]?.wants ?? { output: false, content: false };
}
