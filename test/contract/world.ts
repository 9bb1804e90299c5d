/** One run on one server, as the upstream keeps it. */
export interface Execution {
  readonly instanceId: string;
  /** The vendor's word; `Success` unless told otherwise. */
  readonly status?: string;
  readonly exitCode?: number | string | null;
  /** Bytes, or a text that is sent as UTF-8; `ok\n` unless told otherwise, null for none. */
  readonly output?: Uint8Array | string | null;
  /** Members that replace what is sent, in every action; undefined leaves a member out. */
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** A run, as the upstream keeps it. */
export interface Run {
  readonly invokeId: string;
  /** Epoch milliseconds by which the upstream orders; also its CreationTime unless `wire` says otherwise. */
  readonly at: number;
  readonly commandId?: string;
  readonly commandName?: string;
  readonly commandType?: string;
  readonly status?: string;
  readonly timed?: boolean;
  readonly repeatMode?: string;
  readonly executions: readonly Execution[];
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** How one product behaves in one region. */
export interface Habits {
  /** Order within one second: as kept, another at every call, or two orders in turn. */
  readonly ties: "kept" | "shuffled" | "alternating";
  /** What TotalCount says. */
  readonly total: "true" | "zero" | "absent" | "one more" | "one less";
  /** Larger pages are cut to this, silently. */
  readonly clamp: number;
  /** Every page is of `clamp` records and tells so, whatever size is asked for. */
  readonly oneSize: boolean;
  /** Larger pages are refused with InvalidParam.PageSize. */
  readonly refuseAbove: number;
  /** Numbers travel as texts, booleans as `True` and `False`. */
  readonly texts: boolean;
  /** Members that are nothing are sent empty, or left out. */
  readonly nothing: "empty" | "absent";
  /** Output and CommandContent of DescribeCommandInvocations. */
  readonly swasEncoding: "plain" | "base64";
  /** Every page but the first begins with records of the page before. */
  readonly overlap: number;
  /** Whether ECS answers in tokens, as the vendor does; else it ignores MaxResults, as older ones do. */
  readonly tokens: boolean;
  /**
   * Whether the filter by status goes by today's words, by those of the documents before, by the latter where they have the word, or
   * does nothing.
   */
  readonly statusFilter: "new" | "legacy" | "shared" | "ignored";
  /** Whether ECS keeps what will run again out of a list that has no filter; by its id it is found all the same. */
  readonly hidesTimed: boolean;
}

/** A product in a region. */
export interface Place {
  readonly runs: Run[];
  habits: Habits;
  /** Servers beyond those that runs name. */
  readonly servers?: readonly string[];
}

/** A place that behaves, unless told otherwise. */
export function createPlace(runs: readonly Run[], habits: Partial<Habits> = {}): Place {
  return {
    runs: [...runs],
    habits: {
      ties: "kept",
      total: "true",
      clamp: 50,
      oneSize: false,
      refuseAbove: 50,
      texts: false,
      nothing: "empty",
      swasEncoding: "plain",
      overlap: 0,
      tokens: false,
      statusFilter: "new",
      hidesTimed: false,
      ...habits,
    },
  };
}

const NOON = Date.UTC(2026, 0, 2, 12);

/** Runs of one server each, newest first; `perSecond` of them share each second. */
export function manyRuns(count: number, prefix: string, { perSecond = 1, instanceId = "i-1" } = {}): Run[] {
  return Array.from({ length: count }, (_, index) => ({
    invokeId: `${prefix}${String((index * 7919) % 10_007).padStart(5, "0")}`,
    at: NOON - Math.floor(index / perSecond) * 1_000,
    executions: [{ instanceId }],
  }));
}

/** The upstream's list: newest first, and within one second as its habits have it. */
export function listOf(place: Place, callNumber: number, random: () => number): readonly Run[] {
  const { ties } = place.habits;
  const keyed = place.runs.map((run, index) => {
    const kept = ties === "alternating" && callNumber % 2 === 1 ? -index : index;
    return { run, tie: ties === "shuffled" ? random() : kept };
  });
  const second = (run: Run) => Math.floor(run.at / 1_000);
  return keyed.sort((a, b) => second(b.run) - second(a.run) || a.tie - b.tie).map(({ run }) => run);
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
