import { expect } from "@jest/globals";
import type { Rig } from "./rig.ts";
import { createPlace, type Execution, type Place, type Run } from "./world.ts";

/** The server that runs on SWAS are of. */
export const SERVER = "c".repeat(32);

type Product = "ECS" | "SWAS";

export const both: readonly Product[] = ["ECS", "SWAS"];

const FIELDS = {
  run: "status rawStatus isFinal creationTime parameters timed repeatMode frequency timeoutSeconds username workingDir tags { key value } command { name description type content contentBase64 } statusCounts { status count }",
  item: "status rawStatus isFinal creationTime startTime finishTime stopTime updateTime durationMs exitCode error { code info } repeats",
  result: "status rawStatus isFinal startTime finishTime durationMs exitCode error { code info } repeats username",
  output: "output { text base64 byteLength droppedBytes truncated charset lossy isCharsetCertain isRedacted }",
};

type ReaderPlaces = Readonly<Record<`${Product}/cn-hangzhou`, Place>>;

/** A place of each product, without runs. */
export function createPlaces(): ReaderPlaces {
  return { "ECS/cn-hangzhou": createPlace([]), "SWAS/cn-hangzhou": createPlace([]) };
}

/** Makes what says what the gateway makes of one run on one server. */
export function createReader(places: ReaderPlaces, rig: () => Rig) {
  let number = 0;
  return async (product: Product, run: Partial<Run>, execution: Partial<Execution> = {}) => {
    const place = places[`${product}/cn-hangzhou` as const];
    number += 1;
    const invokeId = `t-m${number}`;
    const instanceId = product === "ECS" ? "i-1" : SERVER;
    place.runs.unshift({
      invokeId,
      at: Date.UTC(2026, 0, 2) + number * 1_000,
      executions: [{ instanceId, ...execution }],
      ...run,
    });
    const query = `{ invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: "${invokeId}") { ${FIELDS.run}
    instanceInvocations { nodes { ${FIELDS.item} result { ${FIELDS.result} ${FIELDS.output} } } } } }`;
    const { data, errors } = await rig().ask(query);
    expect(errors).toBeUndefined();
    const { instanceInvocations, ...rest } = data.invocation;
    const [item] = instanceInvocations.nodes;
    return { run: rest, item, result: item?.result, output: item?.result?.output };
  };
}
