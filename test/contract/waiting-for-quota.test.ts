import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($after: String) { invocations(first: 100, after: $after) { nodes { invokeId }
  pageInfo { hasNextPage endCursor } sources { ok isComplete error { code } } } }`;

interface Page {
  readonly nodes: readonly { readonly invokeId: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly sources: readonly { readonly ok: boolean; readonly isComplete: boolean; readonly error: unknown }[];
}

describe("a source that has to wait for its quota", () => {
  it("has not failed: pages say that they are not complete, and the walk can go on later", async () => {
    const settings = {
      UPSTREAM_QUOTA: "swas:DescribeCommandInvocations=4",
      OPERATION_DEADLINE_MS: "2000",
      UPSTREAM_TIMEOUT_MS: "1000",
    };
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(manyRuns(600, "t-q")) }, settings);
    const pages: Page[] = [];
    for (let after: string | null = null; pages.length < 5; ) {
      const { data, errors } = await rig.ask(PAGE, { after });
      expect(errors).toBeUndefined();
      const page = data.invocations as unknown as Page;
      pages.push(page);
      after = page.pageInfo.endCursor;
    }
    const waiting = pages.at(-1);
    expect([waiting?.nodes, waiting?.pageInfo.hasNextPage]).toEqual([[], true]);
    expect(waiting?.sources).toEqual([{ ok: true, isComplete: false, error: null }]);
    const ids = pages.flatMap(({ nodes }) => nodes.map(({ invokeId }) => invokeId));
    expect([new Set(ids).size, ids.length > 100]).toEqual([ids.length, true]);
    expect(rig.far.calls.length).toBeLessThanOrEqual(4);
  });
});

describe("a status that a product does not have", () => {
  it("costs no call there", async () => {
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(manyRuns(300, "t-q")) });
    const query = "query ($in: [InvocationStatus!]) { invocations(filter: { statusIn: $in }) { nodes { invokeId } } }";
    expect(await rig.ask(query, { in: ["SCHEDULED"] })).toMatchObject({ data: { invocations: { nodes: [] } } });
    expect(rig.far.calls).toEqual([]);
  });
});
