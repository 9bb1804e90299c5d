import { describe, expect, it } from "@jest/globals";

import {
  type InstanceInvocation,
  type InstanceInvocationRef,
  type InvocationRef,
  type Projection,
  type ResultRef,
  type Source,
  silentTelemetry,
} from "#domain";
import { createLoaders } from "#loaders";
import type { Services } from "#services";
import { createByKey } from "../../src/loaders/by-key.ts";
import { createOperation } from "../support/operation.ts";

const source: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
const plain: Projection = { output: false, content: false };
const costly: Projection = { output: true, content: false };

/** Services that answer each run with an error or null, and note their calls. */
function createServices() {
  const calls: unknown[] = [];
  const services = {
    readInvocations: async (refs: readonly InvocationRef[], projection: Projection) => {
      calls.push([refs.map(({ invokeId }) => invokeId), projection]);
      return refs.map(({ invokeId }) => (invokeId === "t-bad" ? new Error(invokeId) : null));
    },
    readHistories: async (refs: readonly InstanceInvocationRef[]) => {
      calls.push(refs.map(({ instanceId }) => instanceId));
      return refs.map(({ instanceId }) => (instanceId === "i-bad" ? new Error(instanceId) : []));
    },
  } as unknown as Services;
  return { services, calls };
}

describe("the loaders of an operation", () => {
  it("hand the keys of one tick to the services at once, each once, apart by what is wanted of them", async () => {
    const { services, calls } = createServices();
    const { invocations } = createLoaders(services, silentTelemetry, createOperation());
    await Promise.all([
      invocations.load({ source, invokeId: "t-1", projection: plain }),
      invocations.load({ source, invokeId: "t-2", projection: costly }),
      invocations.load({ source, invokeId: "t-1", projection: plain }),
      invocations.load({ source, invokeId: "t-3", projection: plain }),
    ]);
    await invocations.load({ source, invokeId: "t-3", projection: plain });
    expect(calls).toEqual([
      [["t-1", "t-3"], plain],
      [["t-2"], costly],
    ]);
  });

  it("read what is asked for twice with different projections once, with all of them, and nothing else with more", async () => {
    const { services, calls } = createServices();
    const { invocations } = createLoaders(services, silentTelemetry, createOperation());
    const script: Projection = { output: false, content: true };
    await Promise.all([
      invocations.load({ source, invokeId: "t-1", projection: plain }),
      invocations.load({ source, invokeId: "t-2", projection: plain }),
      invocations.load({ source, invokeId: "t-1", projection: costly }),
      invocations.load({ source, invokeId: "t-3", projection: costly }),
      invocations.load({ source, invokeId: "t-4", projection: costly }),
      invocations.load({ source, invokeId: "t-4", projection: script }),
    ]);
    expect(calls).toEqual([
      [["t-1", "t-1", "t-3"], costly],
      [["t-2"], plain],
      [["t-4", "t-4"], { output: true, content: true }],
    ]);
  });

  it("tell ids apart that hold what parts keys", async () => {
    const asked: unknown[] = [];
    const services = {
      readResults: async (refs: readonly ResultRef[]) => {
        asked.push(refs.map(({ invokeId, instanceId }) => [invokeId, instanceId]));
        return refs.map(() => null);
      },
    } as unknown as Services;
    const { results } = createLoaders(services, silentTelemetry, createOperation());
    const ids = [
      ["t", "1\n2"],
      ["t\n1", "2"],
    ] as const;
    const keys = ids.map(([invokeId, instanceId]) => ({
      source,
      invokeId,
      instanceId,
      execution: null,
      projection: plain,
    }));
    await results.loadMany(keys);
    expect(asked).toEqual([ids]);
  });

  it("let a key that fails fail alone", async () => {
    const { services } = createServices();
    const { invocations } = createLoaders(services, silentTelemetry, createOperation());
    const keys = ["t-1", "t-bad", "t-2"].map((invokeId) => ({ source, invokeId, projection: plain }));
    expect(await invocations.loadMany(keys)).toEqual([null, new Error("t-bad"), null]);
  });

  it("read the latest results of a run's rows together", async () => {
    const row = { source, invokeId: "t-1", instanceId: "i-1" } as InstanceInvocation;
    const asked: unknown[] = [];
    const services = {
      readResults: async (refs: unknown, projection: Projection) => {
        asked.push([refs, projection]);
        return [new Error("t-1")];
      },
    } as unknown as Services;
    const { latestResults } = createLoaders(services, silentTelemetry, createOperation());
    expect(await latestResults([row], costly)).toEqual([new Error("t-1")]);
    expect(asked).toEqual([[[{ ...row, execution: null, projection: costly }], costly]]);
  });

  it("let a history that fails fail alone", async () => {
    const { services, calls } = createServices();
    const { histories } = createLoaders(services, silentTelemetry, createOperation());
    const keys = ["i-1", "i-bad"].map((instanceId) => ({ source, invokeId: "t-1", instanceId, projection: plain }));
    expect(await histories.loadMany(keys)).toEqual([[], new Error("i-bad")]);
    expect(calls).toEqual([["i-1", "i-bad"]]);
  });

  it("tell keys of different sources apart", async () => {
    const { services, calls } = createServices();
    const { invocations } = createLoaders(services, silentTelemetry, createOperation());
    const other: Source = { ...source, account: "other" };
    await Promise.all(
      [source, other].map((each) => invocations.load({ source: each, invokeId: "t-1", projection: plain })),
    );
    expect(calls).toEqual([[["t-1", "t-1"], plain]]);
  });
});

describe("loading by key", () => {
  const byKey = (readGroup: (keys: readonly string[]) => Promise<readonly (string | null | Error)[]>) => {
    const batches: unknown[] = [];
    const telemetry = { ...silentTelemetry, loaderBatch: (event: object) => batches.push(event) };
    const keyOf = (key: string) => key;
    return { batches, loader: createByKey({ name: "words", keyOf, readGroup, telemetry, settled: () => null }) };
  };

  it("answers in key order and tells how large the batch was", async () => {
    const { loader, batches } = byKey(async (keys) => keys.map((key) => key.toUpperCase()));
    expect(await loader.loadMany(["b", "a", "b"])).toEqual(["B", "A", "B"]);
    expect(batches).toEqual([{ loader: "words", size: 2 }]);
  });

  it("fails every key where the call fails, and none where it answers too little", async () => {
    const failing = byKey(async () => Promise.reject(new Error("down")));
    const short = byKey(async () => ["A"]);
    expect(await failing.loader.loadMany(["a", "b"])).toEqual([new Error("down"), new Error("down")]);
    expect(await short.loader.loadMany(["a", "b"])).toEqual(["A", null]);
  });
});
