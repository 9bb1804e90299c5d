import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  INSTANCE_INVOCATION_STATUSES,
  INVOCATION_STATUSES,
  type Invocation,
  type InvocationResult,
  isFinalInstanceStatus,
  UpstreamError,
} from "#domain";
import type { CallAnswer } from "#wire";
import { type Bench, createBench, EVERYTHING, refusal } from "./stub.ts";

const RUNS = 150;

const RECORDS = ["i-1", "i-2"].map((InstanceId) => ({
  InstanceId,
  CreationTime: "2026-01-02T03:04:05Z",
  StartTime: "2026-01-02T03:04:06Z",
  FinishTime: "2026-01-02T03:04:08Z",
  StopTime: "",
  InvocationStatus: "Failed",
  InstanceInvokeStatus: "Finished",
  ExitCode: 1,
  Repeats: 1,
  Dropped: 0,
  Output: "aGVsbG8K",
  ErrorCode: "ExitCodeNonzero",
  ErrorInfo: "The command execution exit code is not zero",
  OssOutputStatus: "Finished",
}));

function run(InvokeId: string, isNested: boolean) {
  return {
    InvokeId,
    CommandId: "c-1",
    CommandName: "demo",
    CommandType: "RunShellScript",
    CommandContent: "Y2F0IHgK",
    CreationTime: "2026-01-02T03:04:05Z",
    Timed: false,
    Timeout: 60,
    InvocationStatus: "Failed",
    InvokeStatus: "Finished",
    Parameters: '{"a":"b"}',
    Username: "root",
    Tags: isNested ? { Tag: [{ TagKey: "env", TagValue: "prod" }] } : [{ Key: "env", Value: "prod" }],
    InvokeInstances: isNested ? { InvokeInstance: RECORDS } : RECORDS,
  };
}

const PAGING = { TotalCount: 3, PageNumber: 1, PageSize: 50, RequestId: "R-1" };
const IDS = ["t-1", "t-2", "t-3"];

/** Well-formed answers, as each product gives them today. */
const ECS_RUNS = { ...PAGING, Invocations: { Invocation: IDS.map((id) => run(id, true)) } };
const SWAS_RUNS = { ...PAGING, CommandInvocations: IDS.map((id) => run(id, false)) };
const SWAS_ITEMS = { ...PAGING, Invocations: IDS.map((id) => ({ ...run(id, false), InvokeInstances: undefined })) };
const ECS_RESULTS = {
  RequestId: "R-1",
  Invocation: {
    ...PAGING,
    TotalCount: 2,
    InvocationResults: { InvocationResult: RECORDS.map((record) => ({ ...record, InvokeId: "t-1" })) },
  },
};
const SWAS_RESULT = { RequestId: "R-1", InvocationResult: { ...RECORDS[0], InvokeId: "t-1" } };

interface Mutation {
  readonly at: readonly number[];
  readonly kind: "replace" | "remove" | "wrap" | "double";
  readonly value: unknown;
}

/** Values that no shape of the accept list holds in place of an object or a list. */
const garbage = fc.oneof(
  fc.integer({ min: 1 }),
  fc.constantFrom("garbage", "0", "true", "2026-01-02 03:04:05", "\u0000", "=====", "[]", "{}"),
  fc.constant({ Unheard: [1, { of: "it" }] }),
  fc.constant([7, "seven", [[]]]),
  fc.boolean(),
);

const anything = fc.oneof(garbage, fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(null, "", " ", {}, [], -1, 1e300));

function mutations(values: fc.Arbitrary<unknown>, kinds: readonly Mutation["kind"][]) {
  return fc.record({
    at: fc.array(fc.nat(40), { minLength: 1, maxLength: 7 }),
    kind: fc.constantFrom(...kinds),
    value: values,
  });
}

/** Changes one place of an answer: every number of the path picks a member, as far down as there are some. */
function mutate(node: unknown, { at, kind, value }: Mutation): unknown {
  const [step, ...rest] = at;
  if (step === undefined || typeof node !== "object" || node === null) return change(node, kind, value);
  const keys = Object.keys(node);
  const key = keys[step % (keys.length || 1)];
  if (key === undefined || rest.length === 0) return change(node, kind, value);
  if (Array.isArray(node))
    return node.map((member, index) => (String(index) === key ? mutate(member, { at: rest, kind, value }) : member));
  const changed = mutate((node as Record<string, unknown>)[key], { at: rest, kind, value });
  return { ...node, [key]: changed };
}

function change(node: unknown, kind: Mutation["kind"], value: unknown): unknown {
  if (kind === "replace") return value;
  if (kind === "remove") return undefined;
  return kind === "wrap" ? { Wrapper: node } : [node, node];
}

/** An adapter whose answers are those given by action; SWAS without a list of all runs where none is given for it. */
function bench(provider: "ECS" | "SWAS", answers: Readonly<Record<string, unknown>>): Bench {
  return createBench(
    provider,
    (action) => {
      if (!(action in answers)) throw refusal("FORBIDDEN", "NoPermission", 403);
      return { body: toBody(answers[action]), requestId: "R-1" };
    },
    { outputEncoding: "auto" },
  );
}

/** Wire gives objects only. */
function toBody(value: unknown): CallAnswer["body"] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : { Body: value };
}

function checkRun(invocation: Invocation): void {
  expect(invocation.invokeId).not.toBe("");
  expect(INVOCATION_STATUSES).toContain(invocation.status);
  checkTimes([invocation.creationTime]);
  for (const instance of invocation.instances) checkExecution(instance);
}

function checkExecution(record: Omit<InvocationResult, "execution">): void {
  expect([record.invokeId, record.instanceId]).not.toContain("");
  expect(INSTANCE_INVOCATION_STATUSES).toContain(record.status);
  expect(record.exitCode === null || Number.isSafeInteger(record.exitCode)).toBe(true);
  if (!isFinalInstanceStatus(record.status)) expect(record.exitCode).toBeNull();
  checkTimes([record.startTime, record.finishTime, record.stopTime]);
}

function checkTimes(times: readonly (string | null)[]): void {
  for (const time of times) if (time !== null) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}

/** What the adapter gave; null where it said that the answer is bad. Anything else fails the test. */
async function attempt<Value>(work: () => Promise<Value>): Promise<Value | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    expect([error.code, error.requestId, error.action]).toEqual(["BAD_RESPONSE", "R-1", expect.any(String)]);
    return null;
  }
}

async function readList({ upstream, operation }: Bench) {
  const [list] = await upstream.openLists({ instanceId: "i-1" }, EVERYTHING, operation);
  return list?.read(null, operation);
}

function readResults({ upstream, operation }: Bench, instanceIds: readonly string[]) {
  return upstream.readResults({ invokeId: "t-1", instanceIds, includeHistory: false }, EVERYTHING, operation);
}

type Subject = readonly [string, "ECS" | "SWAS", string, object, "runs" | "results", number, number];

const SUBJECTS: readonly Subject[] = [
  ["ECS DescribeInvocations", "ECS", "DescribeInvocations", ECS_RUNS, "runs", 3, 6],
  ["SWAS DescribeCommandInvocations", "SWAS", "DescribeCommandInvocations", SWAS_RUNS, "runs", 3, 6],
  ["SWAS DescribeInvocations", "SWAS", "DescribeInvocations", SWAS_ITEMS, "runs", 3, 3],
  ["ECS DescribeInvocationResults", "ECS", "DescribeInvocationResults", ECS_RESULTS, "results", 2, 2],
  ["SWAS DescribeInvocationResult", "SWAS", "DescribeInvocationResult", SWAS_RESULT, "results", 1, 1],
];

async function readSubject(bench: Bench, what: "runs" | "results") {
  if (what === "results") {
    const found = await attempt(() =>
      readResults(bench, bench.upstream.source.provider === "ECS" ? ["i-1", "i-2"] : ["i-1"]),
    );
    for (const record of found ?? []) checkExecution(record);
    return found === null ? null : { items: found.length, instances: found.length };
  }
  const page = await attempt(() => readList(bench));
  for (const run of page?.runs ?? []) checkRun(run);
  if (page === null || page === undefined) return null;
  return { items: page.runs.length, instances: page.runs.flatMap((run) => run.instances).length };
}

describe.each(SUBJECTS)("%s with mutated answers", (_name, provider, action, answer, what, items, instances) => {
  it("gives everything that it was told without a mutation", async () => {
    const whole = bench(provider, { [action]: answer });
    expect([await readSubject(whole, what), whole.notices]).toEqual([{ items, instances }, []]);
  });

  it("never breaks, whatever is changed: a good answer or a bad response, in a few calls", async () => {
    const several = fc.array(mutations(anything, ["replace", "remove", "wrap", "double"]), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(several, async (changes) => {
        const mutated = bench(provider, { [action]: changes.reduce<unknown>(mutate, answer) });
        await readSubject(mutated, what);
        expect(mutated.asked.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: RUNS },
    );
  });

  it("loses nothing without a word where one place holds what nobody can read", async () => {
    await fc.assert(
      fc.asyncProperty(mutations(garbage, ["replace"]), async (one) => {
        const mutated = bench(provider, { [action]: mutate(answer, one) });
        const found = await readSubject(mutated, what);
        const isWhole = found !== null && found.items >= items && found.instances >= instances;
        expect(found === null || isWhole || mutated.notices.length > 0).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
