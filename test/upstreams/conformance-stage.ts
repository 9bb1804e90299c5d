import { afterEach, beforeEach, expect } from "@jest/globals";
import type { RunList, RunListPage } from "#upstreams";
import type { DriftOptions, RegionInput } from "../support/emulator/index.ts";
import { type RunningUpstream, startUpstream } from "./running-upstream.ts";
import { NOTHING } from "./stub.ts";

/** What differs between the products where the contract is the same. */
export interface Product {
  readonly provider: "ECS" | "SWAS";
  /** Id of the instance of this number. */
  instanceId(number: number): string;
  /** What the records of this product say beyond what both say. */
  readonly runExtras: object;
  readonly instanceExtras: object;
  readonly resultExtras: object;
  readonly agentExtras: object;
  readonly droppedBytes: number | null;
  /** Each way in which an upstream of this product may answer lists. */
  readonly listModes: readonly ListMode[];
  /** How the calls for the things below look. */
  readonly calls: {
    readonly byInstance: string;
    readonly byStatus: string;
    readonly run: (invokeId: string) => string;
    /** Calls that find out that there is no such run. */
    readonly unknownRun: (invokeId: string) => readonly string[];
    readonly runWithOutput: (invokeId: string) => string;
    readonly results: (invokeId: string) => readonly string[];
    readonly servers: (ids: readonly string[]) => string;
  };
}

/** One way in which an upstream may answer lists. */
export interface ListMode {
  readonly name: string;
  /** What makes the emulator answer so. */
  readonly drift: DriftOptions;
  readonly mode: RunListPage["mode"];
}

/** When the runs of these tests were created. */
export const CREATED = "2026-01-02T03:00:00.000Z";

/** What the tests of one product stand on: an adapter at one end, an emulator with a world at the other. */
export interface Stage {
  readonly product: Product;
  /** Ids of two instances. */
  readonly first: string;
  readonly second: string;
  readonly end: RunningUpstream;
  /** Puts another world in place of the one that is there. */
  restart(region: RegionInput): Promise<void>;
  /** The one list that means a query. */
  openOnly(query?: object): Promise<RunList>;
}

/** Starts with an empty world before each test of the block that it is called in. */
export function createStage(product: Product): Stage {
  let end: RunningUpstream;
  const start = async (region: RegionInput): Promise<void> => {
    end = await startUpstream(product.provider, region);
  };
  beforeEach(() => start({}));
  afterEach(() => end.close());
  return {
    product,
    first: product.instanceId(1),
    second: product.instanceId(2),
    get end() {
      return end;
    },
    async restart(region) {
      await end.close();
      await start(region);
    },
    async openOnly(query = {}) {
      const lists = await end.upstream.openLists(query, NOTHING, end.operation);
      expect(lists).toHaveLength(1);
      const [list] = lists;
      if (list === undefined) throw new Error("no list");
      return list;
    },
  };
}
