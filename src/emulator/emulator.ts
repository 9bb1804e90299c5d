import { createServer } from "node:http";
import type { DriftOptions } from "./drift.ts";
import { createDrift } from "./drift.ts";
import type { FaultRule } from "./faults.ts";
import { createFaults } from "./faults.ts";
import { generateRegions } from "./generate.ts";
import type { Generation } from "./generation.ts";
import type { RecordedCall } from "./handler.ts";
import { createHandler } from "./handler.ts";
import type { Quirk } from "./quirks.ts";
import { createRandom } from "./random.ts";
import { createRegionStore, createStore } from "./store.ts";
import type { EmulatorKey } from "./verify.ts";
import { createVerifier } from "./verify.ts";
import type { World } from "./world.ts";
import type { WorldHandle } from "./world-handle.ts";
import { createWorldHandle } from "./world-handle.ts";

/** How an emulator is set up; everything has a default. */
export interface EmulatorOptions {
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Key pairs that are accepted; `testid` with `testsecret`. */
  readonly keys?: readonly EmulatorKey[];
  /** An explicit little world (see `createWorld`), else a generated one that is alive. */
  readonly world?: World;
  /** Everything that is made up follows from it. */
  readonly seed?: number;
  /** Epoch milliseconds; `Date.now`. */
  readonly now?: () => number;
  /** Whose documents the answers follow; today's. */
  readonly generation?: Generation;
  /** Oddities of shape put over every answer; none. */
  readonly quirks?: readonly Quirk[];
  readonly faults?: readonly FaultRule[];
  readonly drift?: DriftOptions;
  /** How many of the latest calls are kept; 10,000. */
  readonly keptCalls?: number;
}

/** A small Alibaba: one HTTP server that speaks both products on the path `/`. */
export interface Emulator {
  /** Listens; resolves with the URL, as `http://127.0.0.1:4010`. @throws where the port is taken. */
  start(): Promise<{ readonly url: string }>;
  /** Breaks every connection and stops listening. */
  stop(): Promise<void>;
  /** Empty until started. */
  readonly url: string;
  readonly keys: readonly EmulatorKey[];
  /** Every request in the order of coming, also refused ones. */
  readonly calls: readonly RecordedCall[];
  clearCalls(): void;
  setFaults(rules: readonly FaultRule[]): void;
  setDrift(options: DriftOptions): void;
  setGeneration(generation: Generation): void;
  setQuirks(quirks: readonly Quirk[]): void;
  /** Replaces the accepted key pairs, as when keys rotate or a token expires. */
  setKeys(keys: readonly EmulatorKey[]): void;
  readonly world: WorldHandle;
}

const DEFAULT_KEYS: readonly EmulatorKey[] = [{ accessKeyId: "testid", accessKeySecret: "testsecret" }];

/** Makes an emulator; it does not listen before `start`. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { host = "127.0.0.1", seed = 1, now = Date.now, keptCalls = 10_000 } = options;
  let keys = options.keys ?? DEFAULT_KEYS;
  let drift = createDrift(options.drift ?? {});
  let faults = createFaults(options.faults ?? [], now, seed);
  let generation: Generation = options.generation ?? "today";
  let quirks = options.quirks ?? [];
  let url = "";
  const calls: RecordedCall[] = [];
  const store = createStore(
    options.world ? options.world.regions.map((region) => createRegionStore(region)) : generateRegions(seed, now),
  );
  const verifier = createVerifier(keys, now);
  const world = createWorldHandle(store, now);
  const handle = createHandler({
    store,
    verifier,
    now,
    random: createRandom(seed),
    drift: () => drift,
    faults: () => faults,
    generation: () => generation,
    quirks: () => quirks,
    putRandomRun: (product, regionId) => void world.addInvocation(product, regionId, {}),
    record(call) {
      calls.push(call);
      if (calls.length > 2 * keptCalls) calls.splice(0, calls.length - keptCalls);
    },
  });
  const server = createServer((message, response) => void handle(message, response));
  return {
    get url() {
      return url;
    },
    get keys() {
      return keys;
    },
    calls,
    world,
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port ?? 0, host, () => {
          const address = server.address();
          const port = typeof address === "object" && address !== null ? address.port : 0;
          url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
          resolve({ url });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    clearCalls: () => void calls.splice(0),
    setFaults(rules) {
      faults = createFaults(rules, now, seed);
    },
    setDrift(next) {
      drift = createDrift(next);
    },
    setGeneration(next) {
      generation = next;
    },
    setQuirks(next) {
      quirks = next;
    },
    setKeys(next) {
      keys = next;
      verifier.setKeys(next);
    },
  };
}
