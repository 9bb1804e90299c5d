import { describe, expect, it } from "@jest/globals";
import { instanceKey, invocationKey, resultKey, type Source } from "#domain";

const source: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
const PARTS = ["", "1", "1/1", "1/1/1", "/", "1/"];

describe("keys of what is named by ids", () => {
  it("are equal for the same ids only, whatever characters these hold", () => {
    const refs = PARTS.flatMap((invokeId) =>
      PARTS.flatMap((instanceId) => [null, ...PARTS].map((execution) => ({ source, invokeId, instanceId, execution }))),
    );
    expect(new Set(refs.map(resultKey)).size).toBe(refs.length);
    expect(new Set(PARTS.map((invokeId) => invocationKey({ source, invokeId }))).size).toBe(PARTS.length);
    expect(new Set(PARTS.map((instanceId) => instanceKey({ source, instanceId }))).size).toBe(PARTS.length);
  });
});
