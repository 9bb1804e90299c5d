import { beforeAll, describe, expect, it } from "@jest/globals";

import { InputError } from "#domain";
import { fromGlobalId, type NodeRef, toGlobalId, useIdKeys } from "#graph";
import { ecs, swas } from "./records.ts";

const REFS: readonly NodeRef[] = [
  { type: "Invocation", source: ecs, invokeId: "t-hz0jdfwd9f" },
  { type: "InstanceInvocation", source: swas, invokeId: "t-1", instanceId: "ace0706b2ac4454d984295a94213****" },
  { type: "InvocationResult", source: ecs, invokeId: "t-1", instanceId: "i-1", execution: null },
  { type: "InvocationResult", source: ecs, invokeId: "t-1", instanceId: "i-1", execution: "2026-01-02T03:04:05Z#1" },
  { type: "Instance", source: { ...ecs, account: "Betrieb Süd" }, instanceId: "mi-1" },
];

function refusal(id: string): unknown {
  try {
    return fromGlobalId(id).ref;
  } catch (error) {
    return error instanceof InputError ? { code: error.code, argument: error.argument } : error;
  }
}

const refused = { code: "BAD_USER_INPUT", argument: "id" };

// Keys are set for a whole process, and gateways of other tests set them.
beforeAll(() => useIdKeys([]));

describe("a global id", () => {
  it.each(REFS)("names the same thing again: %j", (ref) => {
    expect(fromGlobalId(toGlobalId(ref))).toEqual({ ref, isOurs: true });
  });

  it("is made of letters that need no escaping anywhere", () => {
    expect(REFS.map(toGlobalId).join("")).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it("is different for everything that differs", () => {
    expect(new Set(REFS.map(toGlobalId)).size).toBe(REFS.length);
  });

  it("stays what it is from release to release", () => {
    expect(toGlobalId({ type: "Invocation", source: ecs, invokeId: "t-1" })).toBe(
      "AXIARUNTAGRlZmF1bHQAY24taGFuZ3pob3UAdC0xV1D98g",
    );
  });

  it("is refused with any one character changed, dropped or added", () => {
    const id = toGlobalId({ type: "InstanceInvocation", source: ecs, invokeId: "t-1", instanceId: "i-1" });
    const damaged = [...id].flatMap((letter, at) => [
      `${id.slice(0, at)}${letter === "A" ? "B" : "A"}${id.slice(at + 1)}`,
      `${id.slice(0, at)}${id.slice(at + 1)}`,
      `${id.slice(0, at)}!${id.slice(at)}`,
    ]);
    expect(damaged.map(refusal)).toEqual(damaged.map(() => refused));
  });

  it.each(["", " ", "1", "t-1", "Invocation:1", "=".repeat(1000)])(
    "is refused where it was never given out: %j",
    (id) => {
      expect(refusal(id)).toEqual(refused);
    },
  );
});
