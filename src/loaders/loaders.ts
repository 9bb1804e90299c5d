import {
  type AgentState,
  type Execution,
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
  type Projection,
  type ResultRef,
  resultKey,
  type Telemetry,
} from "#domain";
import type { Answer, Services, ShownResults } from "#services";
import { type ByKey, createByKey } from "./by-key.ts";
import { untilNoneWaits } from "./operation-turns.ts";

/** A key with the costly parts that its selection needs. */
type Wanted<Ref> = Ref & { readonly projection: Projection };

/** What one operation loads by key. */
export interface Loaders {
  /** Results of one execution each; those of one tick go to the services together, so that one run is read at once. */
  readonly results: ByKey<Wanted<ResultRef>, InvocationResult>;
  /** The latest results of rows of one run, in their order. Never rejects; a result that could not be read has its error as answer. */
  latestResults(
    rows: readonly InstanceInvocation[],
    projection: Projection,
  ): Promise<readonly Answer<InvocationResult>[]>;
  /** What is kept of outputs; asks no upstream. Some come at a time, and each is held by those who asked alone. */
  readonly outputs: ByKey<InstanceInvocationRef, Pick<Execution, "output">>;
  readonly invocations: ByKey<Wanted<InvocationRef>, Invocation>;
  /** Whether runs are known; asks no upstream. */
  readonly known: ByKey<InvocationRef, boolean>;
  readonly instances: ByKey<InstanceRef, Instance>;
  /** The agents on servers. */
  readonly agents: ByKey<InstanceRef, AgentState>;
  /** Every execution of a repeated run on one instance, newest first. */
  readonly histories: ByKey<Wanted<InstanceInvocationRef>, ShownResults>;
}

/** Outputs of 24 KB then take some megabytes, and are answered before the next ones come. */
const OUTPUTS_AT_ONCE = 200;

/** Fresh loaders for one operation: nothing that they hold is seen by another one. */
export function createLoaders(services: Services, telemetry: Telemetry, operation: Operation): Loaders {
  const results = createResultLoader(services, telemetry, operation);
  const settled = () => untilNoneWaits(operation);
  return {
    results,
    latestResults: (rows, projection) =>
      results.loadMany(
        rows.map(({ source, invokeId, instanceId }) => ({ source, invokeId, instanceId, execution: null, projection })),
      ),
    outputs: createByKey({
      telemetry,
      settled,
      name: "outputs",
      keyOf: pairName,
      most: OUTPUTS_AT_ONCE,
      async readGroup(keys) {
        operation.signal.throwIfAborted();
        // Once the answer is too large, no more are read for it.
        operation.meter.addAnswer?.(0, 0);
        return services.readOutputs(keys, operation);
      },
    }),
    invocations: createByKey({
      telemetry,
      settled,
      name: "invocations",
      keyOf: runName,
      groupsOf: (keys) => joinProjection(keys, invocationKey).map(projectionKey),
      readGroup: (keys) => services.readInvocations(keys, wantsOf(keys), operation),
    }),
    known: createByKey({
      telemetry,
      settled,
      name: "known",
      keyOf: invocationKey,
      readGroup: services.areKnown,
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
      keyOf: (key) => `${pairName(key)}\n${projectionKey(key.projection)}`,
      groupsOf: (keys) => joinProjection(keys, pairName).map(projectionKey),
      readGroup: (keys) => services.readHistories(keys, wantsOf(keys), operation),
    }),
  };
}

function createResultLoader(services: Services, telemetry: Telemetry, operation: Operation) {
  return createByKey<Wanted<ResultRef>, InvocationResult>({
    telemetry,
    settled: () => untilNoneWaits(operation),
    name: "results",
    keyOf: (key) => `${resultKey(key)}\n${projectionKey(key.projection)}`,
    groupsOf: (keys) => joinProjection(keys, resultKey).map(projectionKey),
    readGroup: (keys) => services.readResults(keys, wantsOf(keys), operation),
  });
}

// No projection holds a line feed: what follows the last one is its text.
function runName(key: Wanted<InvocationRef>): string {
  return `${invocationKey(key)}\n${projectionKey(key.projection)}`;
}

function pairName(ref: InstanceInvocationRef): string {
  return resultKey({ ...ref, execution: null });
}

/** All that is wanted of the keys of a group. */
function wantsOf(keys: readonly { readonly projection: Projection }[]): Projection {
  return {
    output: keys.some(({ projection }) => projection.output),
    content: keys.some(({ projection }) => projection.content),
  };
}

/** One text per projection. */
function projectionKey(projection: Projection): string {
  return `${projection.output ? "output" : ""},${projection.content ? "content" : ""}`;
}

/**
 * What is to be read for each key, in key order: all that is wanted of what it names. What is asked for twice in one tick, once
 * with more, is then read once; what is asked for with less alone is read with no more.
 * @param nameOf equal exactly for keys that name the same
 */
function joinProjection<Key extends { readonly projection: Projection }>(
  keys: readonly Key[],
  nameOf: (key: Key) => string,
): readonly Projection[] {
  const [first] = keys;
  // The rows of a page nearly always want the same.
  if (first === undefined || keys.every(({ projection }) => isSame(projection, first.projection)))
    return keys.map(({ projection }) => projection);
  const joined = new Map<string, Projection>();
  for (const key of keys) {
    const known = joined.get(nameOf(key));
    joined.set(nameOf(key), known === undefined ? key.projection : join(known, key.projection));
  }
  return keys.map((key) => joined.get(nameOf(key)) ?? key.projection);
}

function join(a: Projection, b: Projection): Projection {
  return { output: a.output || b.output, content: a.content || b.content };
}

function isSame(a: Projection, b: Projection): boolean {
  return a.output === b.output && a.content === b.content;
}
