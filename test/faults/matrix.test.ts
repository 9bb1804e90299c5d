import { describe, expect, it } from "@jest/globals";
import { LEAK, type Reply, type Rig, startRig } from "./rig.ts";
import type { Failure, FaultRow } from "./row.ts";
import { API } from "./rows-api.ts";
import { DATA } from "./rows-data.ts";
import { HTTP } from "./rows-http.ts";
import { NETWORK } from "./rows-network.ts";

const LIST = `{ invocations {
  nodes { invokeId } pageInfo { hasNextPage }
  sources { provider regionId ok error { code message upstreamCode httpStatus requestId retryable } }
} }`;
const ONE = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-ecs1") { invokeId } }`;

const ACTION = "ECS cn-hangzhou DescribeInvocations of account default";

/** Request ids differ from run to run, so each is told as `ID`. */
function settled({ text }: Reply): unknown {
  return JSON.parse(text.replace(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/g, "ID"));
}

function toSourceError({ code, says, upstreamCode, httpStatus, retryable, hasId }: Failure) {
  return { code, message: `${ACTION}: ${says}`, upstreamCode, httpStatus, requestId: hasId ? "ID" : null, retryable };
}

function expectedList({ list, isEmpty = false }: FaultRow, calls: number) {
  const isWhole = list === null && !isEmpty;
  const nodes = isWhole ? ["t-swas2", "t-ecs2", "t-swas1", "t-ecs1"] : ["t-swas2", "t-swas1"];
  const error = list === null ? null : toSourceError(list);
  const regionId = "cn-hangzhou";
  return {
    data: {
      invocations: {
        nodes: nodes.map((invokeId) => ({ invokeId })),
        pageInfo: { hasNextPage: list !== null && !isEmpty },
        sources: [
          { provider: "ECS", regionId, ok: list === null, error },
          { provider: "SWAS", regionId, ok: true, error: null },
        ],
      },
    },
    extensions: { cost: { calls, cached: 0, budget: 200 } },
  };
}

function expectedOne({ one, calls: [, calls], isEmpty = false, isGone = isEmpty }: FaultRow) {
  const cost = { calls, cached: calls === 0 && one === null ? 1 : 0, budget: 200 };
  if (one === null) return { data: { invocation: isGone ? null : { invokeId: "t-ecs1" } }, extensions: { cost } };
  const { code, graphqlCode = `UPSTREAM_${code}`, says, upstreamCode, retryable, hasId } = one;
  return {
    data: { invocation: null },
    errors: [
      {
        message: `${ACTION}: ${says}`,
        locations: [{ line: 1, column: 3 }],
        path: ["invocation"],
        extensions: {
          code: graphqlCode,
          provider: "ECS",
          account: "default",
          regionId: "cn-hangzhou",
          upstreamCode,
          requestId: hasId ? "ID" : null,
          retryable,
        },
      },
    ],
    extensions: { cost },
  };
}

/** Everything that anybody could read of a rig. */
async function tracesOf(rig: Rig, replies: readonly Reply[]): Promise<readonly string[]> {
  return [...replies.map(({ text }) => text), ...rig.log, await rig.read("/metrics")];
}

async function play(row: FaultRow) {
  const rig = await startRig(typeof row.options === "function" ? await row.options() : row.options);
  const first = await rig.ask(LIST);
  const swasCalls = rig.takeCalls().filter((call) => call.startsWith("swas")).length;
  const second = await rig.ask(ONE);
  expect({ list: settled(first), one: settled(second) }).toEqual({
    list: expectedList(row, row.calls[0] + swasCalls),
    one: expectedOne(row),
  });
  expect((await tracesOf(rig, [first, second])).filter((trace) => LEAK.test(trace))).toEqual([]);
}

describe.each([NETWORK, HTTP, API, DATA])("$title", ({ rows }) => {
  it.each(rows)("$fault", play);
});
