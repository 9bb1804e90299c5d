import * as plain from "#emulator";
import { createRandom, growWorld } from "../../../src/emulator/world/index.ts";
import { type RecordedCall, toRecordedCall } from "./calls.ts";
import type { Drift, DriftOptions } from "./drift.ts";
import { createDriftingPages } from "./drifting-pages.ts";
import { createDriftingRegion, createMovement } from "./drifting-world.ts";
import type { FaultRule } from "./faults.ts";
import { createGeneration, type Generation } from "./generation.ts";
import { createWorldHandle, type WorldHandle } from "./handle.ts";
import { permissions, type TestKey } from "./permissions.ts";
import { createQuirks, type Quirk } from "./quirks.ts";
import { createFaults } from "./strike.ts";
import type { World } from "./world.ts";

/** How a test emulator is set up; everything has a default. */
export interface EmulatorOptions extends Pick<plain.EmulatorOptions, "host" | "port" | "seed" | "now"> {
  readonly keys?: readonly TestKey[];
  /** An explicit little world (see `createWorld`), else the generated one. */
  readonly world?: World;
  /** Whose documents the answers follow; today's. */
  readonly generation?: Generation;
  /** Oddities of shape put over every answer; none. */
  readonly quirks?: readonly Quirk[];
  readonly faults?: readonly FaultRule[];
  readonly drift?: DriftOptions;
  /** How many of the latest calls are kept; 10,000. */
  readonly keptCalls?: number;
}

/** An emulator that can be changed while it runs. */
export interface Emulator extends plain.Emulator {
  /** Every request in the order of coming, also refused ones. */
  readonly calls: readonly RecordedCall[];
  clearCalls(): void;
  setFaults(rules: readonly FaultRule[]): void;
  setDrift(options: DriftOptions): void;
  setGeneration(generation: Generation): void;
  setQuirks(quirks: readonly Quirk[]): void;
  /** Replaces the accepted key pairs, as when keys rotate or a token expires. */
  setKeys(keys: readonly TestKey[]): void;
  readonly world: WorldHandle;
}

/** Makes an emulator; it does not listen before `start`. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { world, seed = 1, now = Date.now, keptCalls = 10_000 } = options;
  const state = {
    keys: options.keys ?? [{ accessKeyId: "testid", accessKeySecret: "testsecret" }],
    drift: createDrift(options.drift ?? {}),
    generation: options.generation ?? "today",
    quirks: options.quirks ?? [],
    faults: createFaults(options.faults ?? [], seed),
  };
  const calls: RecordedCall[] = [];
  const drift = () => state.drift;
  const scripted = world?.regions ?? [];
  const regions = world ? scripted.map((region) => createDriftingRegion(region, drift, now)) : growWorld(seed, now);
  const handle = createWorldHandle(regions, scripted, now);
  const emulator = plain.createEmulator({
    ...options,
    keys: () => state.keys,
    regions,
    layers: [
      permissions,
      (next) => (call) => state.faults(next)(call),
      createQuirks(() => state.quirks),
      createGeneration(() => state.generation),
      createMovement(scripted, handle, drift),
    ],
    paginate: createDriftingPages(drift),
    observe(wire, answer, at) {
      calls.push(toRecordedCall(wire, answer, at));
      if (calls.length > 2 * keptCalls) calls.splice(0, calls.length - keptCalls);
    },
  });
  return {
    ...emulator,
    get url() {
      return emulator.url;
    },
    calls,
    world: handle,
    clearCalls: () => void calls.splice(0),
    setFaults: (rules) => void Object.assign(state, { faults: createFaults(rules, seed) }),
    setDrift: (next) => void Object.assign(state, { drift: createDrift(next) }),
    setGeneration: (generation) => void Object.assign(state, { generation }),
    setQuirks: (quirks) => void Object.assign(state, { quirks }),
    setKeys: (keys) => void Object.assign(state, { keys }),
  };
}

function createDrift(options: DriftOptions): Drift {
  return { options, random: createRandom(options.seed ?? 1), tokens: new Map(), calls: 0 };
}
