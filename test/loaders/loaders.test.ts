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

  it("read outputs some hundred at a time, one part after the other, and hold none of them", async () => {
    const asked: (readonly string[])[] = [];
    let underWay = 0;
    const services = {
      async readOutputs(refs: readonly InstanceInvocationRef[]) {
        underWay += 1;
        asked.push([String(underWay), ...refs.map(({ instanceId }) => instanceId)]);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return refs.map(() => ({ output: null }));
      },
    } as unknown as Services;
    const operation = createOperation();
    const { outputs } = createLoaders(services, silentTelemetry, operation);
    const refs = Array.from({ length: 450 }, (_, n) => ({ source, invokeId: "t-1", instanceId: `i-${n}` }));
    await Promise.all([outputs.loadMany(refs.slice(0, 300)), outputs.loadMany(refs.slice(300))]);
    await outputs.loadMany(refs.slice(0, 1));
    const part = (from: number, to: number) => ["1", ...refs.slice(from, to).map(({ instanceId }) => instanceId)];
    expect(asked).toEqual([part(0, 200), part(200, 400), part(400, 450), part(0, 1)]);
  });

  it("read no more outputs for an answer that is too large", async () => {
    let count = 0;
    const services = {
      async readOutputs(refs: readonly InstanceInvocationRef[]) {
        count += 1;
        return refs.map(() => ({ output: null }));
      },
    } as unknown as Services;
    const { meter, ...others } = createOperation();
    const addAnswer = () => {
      if (count > 0) throw new Error("The answer is too large.");
    };
    const { outputs } = createLoaders(services, silentTelemetry, { ...others, meter: { ...meter, addAnswer } });
    const refs = Array.from({ length: 450 }, (_, n) => ({ source, invokeId: "t-1", instanceId: `i-${n}` }));
    const answers = await outputs.loadMany(refs);
    expect([count, answers.filter((answer) => answer instanceof Error).length]).toEqual([1, 250]);
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
