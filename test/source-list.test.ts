import { expect, it } from "@jest/globals";
import { silentTelemetry, UpstreamError } from "#domain";
import type { AccountSettings } from "../src/config/accounts.ts";
import { findSources } from "../src/source-list.ts";
import { createFakeClock } from "./support/clock.ts";

const ACCOUNT: AccountSettings = {
  alias: "default",
  credentials: { type: "default" },
  ecsRegions: ["all"],
  swasRegions: [],
};

/** What a call fails with. */
function refusal(retryable: boolean, code: UpstreamError["code"] = "UNAUTHENTICATED"): UpstreamError {
  return new UpstreamError({
    code,
    message: "no keys",
    source: { provider: "ECS", account: "default", regionId: "cn-hangzhou" },
    action: "DescribeRegions",
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
    retryable,
    retryAfterMs: null,
  });
}

async function regionsAfter(
  failures: readonly UpstreamError[],
  regions: readonly string[] = ["cn-hangzhou"],
  ecsRegions: readonly string[] = ["all"],
) {
  const clock = createFakeClock(undefined, { autoAdvance: true });
  const notices: string[] = [];
  let asked = 0;
  const ask = async () => {
    const failure = failures[Math.min(asked, failures.length - 1)];
    asked += 1;
    if (failure !== undefined && (asked <= failures.length || failures.length === 1)) throw failure;
    return regions;
  };
  const telemetry = { ...silentTelemetry, notice: ({ message }: { message: string }) => void notices.push(message) };
  const sources = await findSources([{ ...ACCOUNT, ecsRegions }], ask, clock, telemetry, 10_000);
  return { sources: sources.length, asked, notices, ids: sources.map(({ regionId }) => regionId) };
}

it("waits at start for a credential source that has not answered yet", async () => {
  const failures = [refusal(true), refusal(true, "UNAVAILABLE")];
  expect(await regionsAfter(failures)).toEqual({ sources: 1, asked: 3, notices: [], ids: ["cn-hangzhou"] });
});

it.each(["THROTTLED", "TIMEOUT", "UNREACHABLE", "UNAVAILABLE"] as const)(
  "asks again at start after a failure that may pass: %s",
  async (code) => {
    const failures = [refusal(true, code), refusal(true, code)];
    expect(await regionsAfter(failures)).toEqual({ sources: 1, asked: 3, notices: [], ids: ["cn-hangzhou"] });
  },
);

it.each([
  ["lists it or not", ["cn-hangzhou", "cn-b"], []],
  ["names none", [], []],
  ["cannot be asked", ["cn-hangzhou"], [refusal(false)]],
] as const)("reads a region that is named beside `all`, once, if the product %s", async (_name, regions, failures) => {
  const { ids, asked } = await regionsAfter(failures, regions, ["cn-a", "all", "cn-b"]);
  const isKnown = (id: string): boolean => id === "cn-hangzhou";
  expect([ids.filter((id) => id === "cn-a" || id === "cn-b" || isKnown(id)).sort(), asked]).toEqual([
    ["cn-a", "cn-b", "cn-hangzhou"],
    1,
  ]);
});

it.each([
  ["there are no keys", false, 1],
  ["there are none within the deadline", true, 50],
])("takes the known regions and says so if %s", async (_name, retryable, asked) => {
  const found = await regionsAfter([refusal(retryable)]);
  expect([found.sources > 30, found.asked, found.notices]).toEqual([
    true,
    asked,
    ["The regions of ECS could not be listed for account default: no keys; the known ones are read instead"],
  ]);
});

it("takes the known regions and says so if the answer names none", async () => {
  const found = await regionsAfter([], []);
  expect([found.sources > 30, found.asked, found.notices]).toEqual([
    true,
    1,
    [
      "The regions of ECS could not be listed for account default: the answer names no region; the known ones are read instead",
    ],
  ]);
});
