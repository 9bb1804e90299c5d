import { type Operation, type Source, silentTelemetry } from "#domain";
import type { OutputEncodingSetting, Upstream } from "#upstreams";
import { createEcsUpstream } from "#upstreams/ecs";
import { createSwasUpstream } from "#upstreams/swas";
import { createStaticCredentials, createWire } from "#wire";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import {
  createEmulator,
  createWorld,
  type Emulator,
  type EmulatorOptions,
  type RegionInput,
} from "../support/emulator/index.ts";
import { createOperation } from "../support/operation.ts";
import { ECS, SWAS } from "./stub.ts";

/** An adapter at one end of real HTTP and the emulator at the other. */
export interface RunningUpstream {
  readonly upstream: Upstream;
  readonly source: Source;
  readonly emulator: Emulator;
  readonly clock: FakeClock;
  readonly operation: Operation;
  /** What the emulator was asked since the last time: `Action Name=value …`, names in order, without RegionId. */
  takeCalls(): readonly string[];
  close(): Promise<void>;
}

/** Starts both ends with one region in the world. */
export async function startUpstream(
  provider: "ECS" | "SWAS",
  region: RegionInput,
  options: EmulatorOptions & { readonly outputEncoding?: OutputEncodingSetting; readonly maxAnswerBytes?: number } = {},
): Promise<RunningUpstream> {
  const clock = createFakeClock(undefined, { autoAdvance: true });
  const source = provider === "ECS" ? ECS : SWAS;
  const world = createWorld({ [provider === "ECS" ? "ecs" : "swas"]: { [source.regionId]: region } });
  const emulator = createEmulator({ world, now: () => clock.now(), ...options });
  const { url } = await emulator.start();
  const wire = createWire({
    accounts: new Map([
      [
        "default",
        createStaticCredentials({ accessKeyId: "testid", accessKeySecret: "testsecret", securityToken: null }),
      ],
    ]),
    endpoints: { ECS: url, SWAS: url },
    clock,
    telemetry: silentTelemetry,
    ...(options.maxAnswerBytes !== undefined && { maxAnswerBytes: options.maxAnswerBytes }),
  });
  const parts = { source, call: wire.call, telemetry: silentTelemetry, clock };
  return {
    upstream:
      provider === "ECS"
        ? createEcsUpstream(parts)
        : createSwasUpstream({ ...parts, outputEncoding: options.outputEncoding ?? "auto" }),
    source,
    emulator,
    clock,
    operation: createOperation(),
    takeCalls() {
      const calls = emulator.calls.map(({ action, parameters }) => toLine(action, parameters));
      emulator.clearCalls();
      return calls;
    },
    async close() {
      await wire.close();
      await emulator.stop();
    },
  };
}

function toLine(action: string, parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters)
    .filter(([name]) => !["RegionId", "Action", "Version", "Format"].includes(name))
    .map(([name, value]) => `${name}=${value}`);
  return [action, ...pairs.sort()].join(" ");
}
