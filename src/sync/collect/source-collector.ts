import { type Clock, type Operation, sourceKey } from "#domain";
import { createAudit } from "./audit.ts";
import { createBackfill } from "./backfill.ts";
import { withBackoff } from "./backoff.ts";
import type { BackfillPhase, CollectFailure, CollectParts, CollectProgress } from "./collect-shapes.ts";
import { createGround, type Ground } from "./ground.ts";
import { createOutputs } from "./outputs.ts";
import { createEnds, createFollowStep, createHeads } from "./steps.ts";

/** Collects one source. */
interface SourceCollector {
  /** Goes on until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  progress(): CollectProgress;
}

/** Between two looks whether a source may be read that may not be read now. */
const AWAY_MS = 1_000;
/** Between two looks whether a region offers by now what it did not. */
const LEFT_OUT_MS = 60_000;
/** The longest pause: what others wrote may make something due. */
const LONGEST_PAUSE_MS = 30_000;
/** One step: a crowded second may take a hundred pages at the pace of a small quota. */
const STEP_MS = 1_800_000;

/** Does in turns what is due: newest ends, unfinished runs, older runs, what was missed, outputs, oldest ends. */
export function createSourceCollector(
  { sync, store, clock }: CollectParts,
  { source, options }: Pick<Ground, "source" | "options">,
): SourceCollector {
  const ground = createGround({ source, sync, store, clock, options });
  const { outputs, steps, standing, findFailure } = createSteps(ground);
  const phase = createPhase(ground);
  const meter = createCountingMeter();
  let last = -1;
  let isBackfilled = false;

  const mayRead = (): boolean => (options.isOurs?.(source) ?? true) && (options.isKept?.() ?? true);

  /** The next step that is due, in turns; else how long it takes until one is. */
  async function choose(): Promise<{ readonly next: number } | { readonly pauseMs: number }> {
    const dues = await Promise.all(steps.map((step) => step.dueMs()));
    isBackfilled = !ground.isReading && dues[AUDIT] === null;
    const next = nextDue(dues, last);
    if (next !== null) return { next };
    return { pauseMs: Math.min(LONGEST_PAUSE_MS, ...dues.filter((due) => due !== null)) };
  }

  /** Does one step. @returns how long to rest */
  async function turn(signal: AbortSignal): Promise<number> {
    if (!mayRead()) {
      phase.enter("WAITING");
      return AWAY_MS;
    }
    if (sync.book.leftOut(source) !== null) {
      phase.enter("FAILING");
      return LEFT_OUT_MS;
    }
    const chosen = await choose();
    phase.enter(standing());
    if ("pauseMs" in chosen) return chosen.pauseMs;
    last = chosen.next;
    await steps[chosen.next]?.run(toOperation(clock, meter, signal));
    return 0;
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const pauseMs = await turn(signal);
        if (pauseMs > 0) await clock.sleep(pauseMs, signal);
      }
      phase.enter("WAITING");
    },
    progress() {
      const failure = findFailure();
      return {
        ...phase.now(),
        failure: failure === null ? null : { code: failure.code, message: failure.message },
        failuresInRow: Math.max(...steps.map((step) => step.failuresInRow())),
        calls: meter.calls(),
        isCaughtUp: isBackfilled && outputs.isCaughtUp(),
      };
    },
  };
}

/** What collecting consists of, in the order of its turns. */
function createSteps(ground: Ground) {
  const { source, options, clock } = ground;
  const noticeFault = (error: unknown): void =>
    options.notice({
      level: "warn",
      message: "collecting failed",
      details: { source: sourceKey(source), error: error instanceof Error ? error.name : "unknown" },
    });
  const audit = createAudit(ground);
  const backfill = createBackfill(ground, audit);
  const outputs = createOutputs(ground);
  const all = [createHeads(ground), createFollowStep(ground), audit, backfill, outputs, createEnds(ground)];
  const steps = all.map((step) => withBackoff(step, clock, noticeFault));

  const findFailure = (): CollectFailure | null => {
    const standstill = backfill.standstill();
    const failed = steps.map((step) => step.failure()).find((failure) => failure !== null);
    return ground.sync.book.leftOut(source) ?? failed ?? (standstill === "FULL" ? null : standstill);
  };

  function standing(): BackfillPhase {
    if (findFailure() !== null) return "FAILING";
    if (!ground.isOpened) return "WAITING";
    if (ground.isReading) return "READING";
    return backfill.standstill() === "FULL" ? "FULL" : "COMPLETE";
  }

  return { outputs, steps, standing, findFailure };
}

/** Where the audit stands among the steps. */
const AUDIT = 2;

/** The step that is due first behind the last one; null if none is. */
function nextDue(dues: readonly (number | null)[], last: number): number | null {
  const turns = dues.map((_, turn) => (last + 1 + turn) % dues.length);
  return turns.find((step) => dues[step] === 0) ?? null;
}

function createCountingMeter() {
  let calls = 0;
  return {
    calls: () => calls,
    spend(): void {
      calls += 1;
    },
    addCached: () => {},
  };
}

function toOperation(clock: Clock, meter: Operation["meter"], signal: AbortSignal): Operation {
  return { signal, deadline: clock.elapsed() + STEP_MS, requestId: "collect", meter, pace: "collect" };
}

/** In which phase a source is, and since when. */
interface Phase {
  enter(phase: BackfillPhase): void;
  /** Waiting while what is read would not last, also before the next step finds out. */
  now(): Pick<CollectProgress, "phase" | "since">;
}

const ENDS: Readonly<Partial<Record<BackfillPhase, string>>> = {
  COMPLETE: "back-fill ended: everything is known that the upstream has and that is kept",
  FULL: "back-fill ended: the memory holds no more runs",
};

/** Starts waiting. Tells when a back-fill begins and ends: a failure in between, or a pause, is no end. */
function createPhase({ source, clock, store, options }: Ground): Phase {
  let phase: BackfillPhase = "WAITING";
  let since = clock.now();
  let begunAt: number | null = null;
  let awaySince: number | null = null;

  function tell(message: string, details: object): void {
    const { provider, account, regionId } = source;
    options.notice({ level: "info", message, details: { provider, account, regionId, ...details } });
  }

  async function tellEnd(message: string, tookMs: number): Promise<void> {
    const runs = await store.count({ stretches: [{ source, after: null, before: null }], query: {} });
    tell(message, { runs, tookMs });
  }

  return {
    now() {
      const isKept = options.isKept?.() ?? true;
      awaySince = isKept ? null : (awaySince ?? clock.now());
      return awaySince === null ? { phase, since } : { phase: "WAITING", since: awaySince };
    },
    enter(next) {
      if (next === phase) return;
      phase = next;
      since = clock.now();
      const message = ENDS[next];
      if (next === "READING" && begunAt === null) {
        begunAt = clock.elapsed();
        tell("back-fill begins", {});
      } else if (message !== undefined && begunAt !== null) {
        const tookMs = Math.round(clock.elapsed() - begunAt);
        begunAt = null;
        // The line is worth no failure of what it counts.
        tellEnd(message, tookMs).catch(() => tell(message, { tookMs }));
      }
    },
  };
}
