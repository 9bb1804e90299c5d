import { describe, expect, it } from "@jest/globals";
import type { FaultRule } from "../support/emulator/index.ts";
import { createHurriedClock, sleep, startRig } from "./rig.ts";

const LIST = `{ invocations { nodes { invokeId } pageInfo { hasNextPage } sources { provider error { code retryable } } } }`;
const OUTPUT = `{ invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } } }`;
const DEADLINE_MS = 600;
// Far longer than the deadline, so that a busy machine is not taken for a late answer.
const ATTEMPT_MS = 9_000;
const HANG = { kind: "hang" } as const;

/** Attempts may take longer than the whole operation, so that it is the deadline that ends them. */
async function askSlow(faults: readonly FaultRule[], query: string, more: Readonly<Record<string, string>> = {}) {
  const settings = { UPSTREAM_TIMEOUT_MS: String(ATTEMPT_MS), OPERATION_DEADLINE_MS: String(DEADLINE_MS), ...more };
  const rig = await startRig({ faults, settings, clock: { ...createHurriedClock(), sleep } });
  const startedAt = performance.now();
  const { body } = await rig.ask(query);
  const tookMs = performance.now() - startedAt;
  const internal = rig.log.filter((line) => line.includes('"level":"error"'));
  return { body, isInTime: tookMs < ATTEMPT_MS / 2, internal, calls: rig.takeCalls() };
}

const timeOut = { code: "TIMEOUT", retryable: true };

describe("an operation at its deadline", () => {
  it.each([
    ["ecs", "SWAS", ["t-swas2", "t-swas1"]],
    ["swas", "ECS", ["t-ecs2", "t-ecs1"]],
  ] as const)("costs the rows of the source that is silent alone: %s", async (product, wellProvider, rows) => {
    const answer = await askSlow([{ product, fault: HANG }], LIST);
    expect(answer).toEqual({
      body: {
        data: {
          invocations: {
            nodes: rows.map((invokeId) => ({ invokeId })),
            pageInfo: { hasNextPage: true },
            sources: ["ECS", "SWAS"].map((provider) => ({
              provider,
              error: provider === wellProvider ? null : timeOut,
            })),
          },
        },
        extensions: { cost: { calls: 2, cached: 0, budget: 200 } },
      },
      isInTime: true,
      internal: [],
      calls: expect.arrayContaining(["ecs DescribeInvocations", "swas DescribeCommandInvocations"]),
    });
  });

  it("is not waited for by the first source that answers, however late beyond the soft deadline", async () => {
    const faults: readonly FaultRule[] = [
      { product: "ecs", fault: HANG },
      { product: "swas", fault: { kind: "latency", ms: 200 } },
    ];
    const { body } = await askSlow(faults, LIST, { SOFT_DEADLINE_MS: "50", OPERATION_DEADLINE_MS: "5000" });
    // A source that failed at the deadline would say so.
    const sources = ["ECS", "SWAS"].map((provider) => ({ provider, error: null }));
    const nodes = ["t-swas2", "t-swas1"].map((invokeId) => ({ invokeId }));
    expect(body).toMatchObject({ data: { invocations: { nodes, pageInfo: { hasNextPage: true }, sources } } });
  });

  it("is an error of the upstream where every source is silent", async () => {
    const answer = await askSlow([{ fault: HANG }], LIST);
    expect(answer).toMatchObject({
      body: {
        data: { invocations: null },
        errors: [
          {
            // The attempt has no more time than the operation, and which of both ends first is luck.
            message: expect.stringMatching(
              /^ECS cn-hangzhou (DescribeInvocations )?of account default: no (answer within the operation's time|whole answer in time)$/,
            ),
            path: ["invocations"],
            extensions: { code: "UPSTREAM_TIMEOUT", provider: "ECS", regionId: "cn-hangzhou", retryable: true },
          },
        ],
      },
      isInTime: true,
      internal: [],
    });
  });

  it("keeps what was read before, and says of each part that is missing why", async () => {
    const answer = await askSlow([{ action: "DescribeInvocationResults", fault: HANG }], OUTPUT);
    const whole = (text: string) => ({ instanceInvocations: { nodes: [{ result: { output: { text } } }] } });
    const missing = { instanceInvocations: { nodes: [{ result: { output: null } }] } };
    expect(answer).toMatchObject({
      body: {
        data: { invocations: { nodes: [whole("output of swas2\n"), missing, whole("output of swas1\n"), missing] } },
        errors: [1, 3].map((row) => ({
          path: ["invocations", "nodes", row, "instanceInvocations", "nodes", 0, "result", "output"],
          extensions: { code: "UPSTREAM_TIMEOUT", provider: "ECS", retryable: true },
        })),
      },
      isInTime: true,
      internal: [],
    });
  });
});
