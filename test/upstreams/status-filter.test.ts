import { describe, expect, it } from "@jest/globals";
import { createBench, NOTHING } from "./stub.ts";

/** A list of one status, whose newest page was read as it was opened: nothing had shown that the upstream narrows it. */
async function openFailed() {
  let answers = 0;
  const bench = createBench("ECS", () => {
    answers += 1;
    return { Invocations: { Invocation: [{ InvokeId: `t-${answers}`, InvocationStatus: "Failed" }] } };
  });
  const [list] = await bench.upstream.openLists({ statusIn: ["FAILED"] }, NOTHING, bench.operation);
  const readNewest = async () => {
    const page = await list?.read(null, bench.operation);
    return [page?.runs[0]?.invokeId, page?.askedAt];
  };
  return { ...bench, readNewest };
}

const FAILED_ONLY = [
  "DescribeInvocations",
  { ContentEncoding: "Base64", InvokeStatus: "Failed", MaxResults: 50, PageNumber: 1, PageSize: 50 },
];

describe("the newest page that was read as a list of one status was opened", () => {
  it("is used at once, says when it was asked for, and is used only once", async () => {
    const bench = await openFailed();
    const openedAt = bench.clock.now();
    await bench.clock.advance(999);
    expect([await bench.readNewest(), await bench.readNewest()]).toEqual([
      ["t-1", openedAt],
      ["t-2", undefined],
    ]);
    expect(bench.asked).toEqual([FAILED_ONLY, FAILED_ONLY]);
  });

  it("is read anew a second later", async () => {
    const bench = await openFailed();
    await bench.clock.advance(1_000);
    expect(await bench.readNewest()).toEqual(["t-2", undefined]);
    expect(bench.asked).toEqual([FAILED_ONLY, FAILED_ONLY]);
  });
});
