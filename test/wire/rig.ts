import { afterEach } from "@jest/globals";
import {
  type Operation,
  type Source,
  silentTelemetry,
  type Telemetry,
  type UpstreamAttempt,
  UpstreamError,
} from "#domain";
import { type CallRequest, createStaticCredentials, createWire, type Wire, type WireOptions } from "#wire";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { type Play, startUpstream, type UpstreamServer } from "./upstream-server.ts";

export const SOURCE: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };

export const REQUEST: CallRequest = {
  source: SOURCE,
  version: "2014-05-26",
  action: "DescribeInvocations",
  parameters: { RegionId: "cn-hangzhou", PageSize: 50 },
};

export const OK = { body: { RequestId: "REQ-OK", TotalCount: 0 } };

/** A wire against an upstream on loopback, with what both saw. */
export interface Rig {
  readonly wire: Wire;
  readonly upstream: UpstreamServer;
  readonly clock: FakeClock;
  readonly attempts: UpstreamAttempt[];
  readonly states: string[];
  readonly notices: object[];
}

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Starts both; they are closed after the test. Pauses pass at once and are the longest that jitter allows. */
export async function createRig(
  play: Play,
  options: Partial<WireOptions> = {},
  clock: FakeClock = createFakeClock(undefined, { autoAdvance: true }),
): Promise<Rig> {
  const upstream = await startUpstream(play);
  const attempts: UpstreamAttempt[] = [];
  const states: string[] = [];
  const notices: object[] = [];
  const telemetry: Telemetry = {
    ...silentTelemetry,
    upstreamAttempt: (event) => attempts.push(event),
    breakerChanged: ({ state }) => states.push(state),
    notice: (event) => notices.push(event),
  };
  let nonce = 0;
  const wire = createWire({
    accounts: new Map([["default", createStaticCredentials(KEYS)]]),
    endpoints: { ECS: upstream.url, SWAS: `${upstream.url}/swas` },
    clock,
    telemetry,
    random: () => 1,
    createNonce: () => `nonce-${++nonce}`,
    ...options,
  });
  closers.push(async () => {
    await wire.close();
    await upstream.close();
  });
  return { wire, upstream, clock, attempts, states, notices };
}

/** The time as it is, for what sockets do; nothing sleeps by it. */
export const systemClock: FakeClock = {
  now: Date.now,
  elapsed: () => performance.now(),
  sleep: async () => {},
  advance: async () => {},
  setBack: () => {},
  sleeps: [],
};

/** Keys that are found again wherever they leak. */
export const KEYS = { accessKeyId: "canary-key-id", accessKeySecret: "canary-secret", securityToken: null };

/** An operation that ends `ms` from the clock's now. */
export function endingIn(ms: number, clock: FakeClock): Operation & { readonly spent: string[] } {
  return createOperation({ deadline: clock.elapsed() + ms });
}

/** The error with which a call fails, as plain data. */
export async function failureOf(call: Promise<unknown>): Promise<object> {
  const error = await call.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return { ...error, message: error.message };
}
