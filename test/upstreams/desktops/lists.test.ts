import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#domain";
import { DeadPlaceError } from "#upstreams";
import type { Call, CallRequest } from "#wire";
import { createFakeClock } from "../../support/clock.ts";
import { createOperation } from "../../support/operation.ts";
import { refusal } from "../stub.ts";
import { idsOf, readToEnd } from "../walk-list.ts";
import { createDesktopLists } from "./adapter.ts";

// A word of its own in `Provider` is all that a third product adds outside its folder.
const SOURCE = { provider: "ECS", account: "default", regionId: "cn-shanghai" } as const;
const RUNS = Array.from({ length: 70 }, (_, index) => ({
  InvokeId: `t-${String(index).padStart(2, "0")}`,
  CreationTime: "2026-01-02T03:00:00Z",
  InvocationStatus: "Success",
  InvokeDesktops: [
    { DesktopId: "ecd-1", InvocationStatus: "Success", ExitCode: 0, FinishTime: "2026-01-02T03:00:09Z" },
  ],
}));

/** A product that answers by tokens only, in answers of at most 30, the third of which is empty. */
function startDesktops() {
  const asked: CallRequest["parameters"][] = [];
  const call: Call = async ({ parameters }, _operation: Operation) => {
    asked.push(parameters);
    const token = parameters.NextToken;
    if (token === "dead") throw refusal("UNKNOWN", "InvalidParameter.NextToken");
    const [start, isEmpty] = token === undefined ? [0, false] : (JSON.parse(String(token)) as [number, boolean]);
    const end = isEmpty ? start : Math.min(start + 30, RUNS.length);
    const NextToken = end < RUNS.length ? JSON.stringify([end, end === 60 && !isEmpty]) : "";
    return { body: { RequestId: "R", Invocations: RUNS.slice(start, end), NextToken }, requestId: "R" };
  };
  return { asked, open: createDesktopLists(SOURCE, call, createFakeClock()), operation: createOperation() };
}

describe("a third product, which knows tokens only", () => {
  it("gives every run once, with its desktops", async () => {
    const { asked, open, operation } = startDesktops();
    const pages = await readToEnd(open({}), operation);
    expect(idsOf(pages)).toEqual(RUNS.map(({ InvokeId }) => InvokeId));
    expect(pages.map(({ runs, mode }) => [runs.length, mode])).toEqual([
      [30, "token"],
      [30, "token"],
      [0, "token"],
      [10, "token"],
    ]);
    expect(pages[0]?.runs[0]).toMatchObject({
      status: "SUCCESS",
      creationTime: "2026-01-02T03:00:00.000Z",
      instances: [{ instanceId: "ecd-1", status: "SUCCESS", exitCode: 0, finishTime: "2026-01-02T03:00:09.000Z" }],
    });
    expect(asked[0]).toEqual({ RegionId: "cn-shanghai", DesktopId: undefined, MaxResults: 50, NextToken: undefined });
  });

  it("says when a token has died", async () => {
    const { open, operation } = startDesktops();
    const list = open({ instanceId: "ecd-1" });
    const dead = { token: JSON.stringify([30, 1, "", 0, "dead"]) };
    await expect(list.read(dead, operation)).rejects.toBeInstanceOf(DeadPlaceError);
    expect([list.key, list.applied, list.isExact, list.placeAt(60)]).toEqual([
      'invocations [["DesktopId","ecd-1"]]',
      { instanceId: "ecd-1" },
      true,
      null,
    ]);
  });
});
