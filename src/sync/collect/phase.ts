import type { BackfillPhase, CollectProgress } from "./collect-shapes.ts";
import type { Ground } from "./ground.ts";

/** In which phase a source is, and since when. */
export interface Phase {
  enter(phase: BackfillPhase): void;
  /** Waiting while what is read would not last, also before the next step finds out. */
  now(): Pick<CollectProgress, "phase" | "since">;
}

const ENDS: Readonly<Partial<Record<BackfillPhase, string>>> = {
  COMPLETE: "back-fill ended: everything is known that the upstream has and that is kept",
  FULL: "back-fill ended: the memory holds no more runs",
};

/** Starts waiting. Tells when a back-fill begins and ends: a failure in between, or a pause, is no end. */
export function createPhase({ source, clock, store, options }: Ground): Phase {
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
