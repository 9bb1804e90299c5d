import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import {
  type InstanceInvocation,
  type Invocation,
  type InvocationResult,
  type Operation,
  type Projection,
  type ReadFrom,
  type Source,
  type Telemetry,
  UpstreamError,
  type UpstreamFailure,
} from "#domain";
import type { OutputEncodingSetting, Upstream, ZonePolicy } from "#upstreams";
import { createEcsUpstream } from "#upstreams/ecs";
import { createSwasUpstream } from "#upstreams/swas";
import type { Call, CallAnswer, CallRequest } from "#wire";
import { readAnswer } from "../../src/wire/transport/answer.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";

export const ECS: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
export const SWAS: Source = { provider: "SWAS", account: "default", regionId: "cn-hangzhou" };
export const NOTHING: Projection = { output: false, content: false };
export const EVERYTHING: Projection = { output: true, content: true };

/** One upstream call: the action and the parameters that were really sent. */
type Asked = readonly [action: string, parameters: Readonly<Record<string, unknown>>];

/** Answers with a body, or throws. */
export type Respond = (
  action: string,
  parameters: CallRequest["parameters"],
  operation: Operation,
) => object | CallAnswer | Promise<CallAnswer>;

export interface Bench {
  readonly upstream: Upstream;
  readonly asked: Asked[];
  readonly notices: string[];
  readonly unknownWords: string[];
  readonly clock: FakeClock;
  readonly operation: Operation;
}

export interface BenchOptions {
  readonly zones?: ZonePolicy;
  readonly outputEncoding?: OutputEncodingSetting;
}

/** An adapter whose every call is answered by a function, and all that it asked and told. */
export function createBench(provider: "ECS" | "SWAS", respond: Respond, options: BenchOptions = {}): Bench {
  const asked: Asked[] = [];
  const notices: string[] = [];
  const unknownWords: string[] = [];
  const clock = createFakeClock();
  const call: Call = async ({ action, parameters, source }, operation) => {
    const { RegionId, ...rest } = parameters;
    if (RegionId !== source.regionId) throw new Error("every call names its region");
    operation.meter.spend(source, action);
    // The probe for hidden schedules is a question of its own; here there are none.
    if (parameters.Timed === true) return { body: { Invocations: { Invocation: [] } }, requestId: "R-0" };
    asked.push([action, JSON.parse(JSON.stringify(rest))]);
    const answer = await respond(action, parameters, operation);
    return isAnswer(answer) ? answer : { body: answer as CallAnswer["body"], requestId: "R-1" };
  };
  const telemetry = recordingTelemetry(notices, unknownWords);
  const zones = options.zones === undefined ? {} : { zones: options.zones };
  const upstream =
    provider === "ECS"
      ? createEcsUpstream({ source: ECS, call, telemetry, clock, ...zones })
      : createSwasUpstream({
          source: SWAS,
          call,
          telemetry,
          clock,
          outputEncoding: options.outputEncoding ?? "plain",
          ...zones,
        });
  return { upstream, asked, notices, unknownWords, clock, operation: createOperation() };
}

/** The error that wire throws for one of the upstream's codes. */
export function refusal(code: UpstreamFailure["code"], upstreamCode: string, httpStatus = 400): UpstreamError {
  return new UpstreamError({
    code,
    message: upstreamCode,
    source: ECS,
    action: "any",
    upstreamCode,
    httpStatus,
    requestId: "R-1",
    retryable: false,
    retryAfterMs: null,
  });
}

/** A sample of the vendor's documents as wire hands it on. */
export async function readFixture(name: string): Promise<CallAnswer> {
  const bytes = readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
  const answer = await readAnswer(200, bytes, null);
  if (answer.kind !== "ok") throw new Error(`${name} cannot be read`);
  return { body: answer.body, requestId: answer.requestId };
}

/** Any answer with an id; which one, `read-from.test.ts` looks at. */
const ANSWERED: ReadFrom = {
  requestId: expect.any(String) as unknown as string,
  asOf: expect.any(String) as unknown as string,
};

/** A run with nothing known of it but what is given. */
export function invocation(source: Source, invokeId: string, rest: Partial<Invocation> = {}): Invocation {
  const isSwas = source.provider === "SWAS";
  return {
    source,
    invokeId,
    command: { commandId: null, name: null, description: null, type: null, content: null },
    status: "UNKNOWN",
    rawStatus: null,
    creationTime: null,
    parameters: {},
    timed: isSwas ? false : null,
    repeatMode: isSwas ? "Once" : null,
    frequency: null,
    timeoutSeconds: null,
    username: null,
    workingDir: null,
    tags: [],
    containerId: null,
    containerName: null,
    launcher: null,
    terminationMode: null,
    ossOutputDelivery: null,
    instances: [],
    readFrom: ANSWERED,
    ...rest,
  };
}

/** A state on one instance with nothing known but what is given. */
export function instanceInvocation(
  source: Source,
  invokeId: string,
  instanceId: string,
  rest: Partial<InstanceInvocation> = {},
): InstanceInvocation {
  const { execution: _execution, ...execution } = result(source, invokeId, instanceId);
  return { ...execution, output: undefined, creationTime: null, updateTime: null, isComplete: true, ...rest };
}

/** A result with nothing known but what is given. */
export function result(
  source: Source,
  invokeId: string,
  instanceId: string,
  rest: Partial<InvocationResult> = {},
): InvocationResult {
  return {
    source,
    invokeId,
    instanceId,
    commandId: null,
    status: "UNKNOWN",
    rawStatus: null,
    startTime: null,
    finishTime: null,
    stopTime: null,
    exitCode: null,
    error: null,
    repeats: null,
    username: null,
    output: null,
    ossDelivery: null,
    readFrom: ANSWERED,
    execution: null,
    ...rest,
  };
}

/** An output of these bytes. */
export function output(text: string | Uint8Array, droppedBytes: number | null = null) {
  return { bytes: Buffer.from(text as string), droppedBytes };
}

function recordingTelemetry(notices: string[], unknownWords: string[]): Telemetry {
  return {
    upstreamAttempt: () => {},
    breakerChanged: () => {},
    unknownWord: ({ field, word }) => unknownWords.push(`${field}=${word}`),
    loaderBatch: () => {},
    notice: ({ message }) => notices.push(message),
  };
}

function isAnswer(answer: object | CallAnswer): answer is CallAnswer {
  return "body" in answer && "requestId" in answer;
}
