import type { FilledSource } from "./first-fill.ts";

/** Where progress is shown. */
export interface Display {
  show(sources: readonly FilledSource[]): void;
  /** Leaves what was shown behind and begins a new line. */
  end(): void;
}

/** What a display writes to. */
export interface DisplayTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_CELLS = 24;
const PLAIN_EVERY = 10;

/** A line that is written over on a terminal, lines elsewhere. @param until epoch milliseconds; null if everything is wanted */
export function createDisplay(target: DisplayTarget, begun: number, until: number | null): Display {
  const told = new Set<string>();
  let shown = 0;

  function tellEnded(sources: readonly FilledSource[]): void {
    for (const one of sources) {
      const line = describeEnd(one);
      if (one.state === "open" || told.has(line)) continue;
      told.add(line);
      target.write(`${target.isTTY ? "\r\u001b[K" : ""}${line}\n`);
    }
  }

  return {
    show(sources) {
      tellEnded(sources);
      const line = describeAll(sources);
      const share = until === null ? null : shareOf(sources, begun, until);
      if (target.isTTY) {
        const bar = share === null ? "" : `${barOf(share)} `;
        target.write(`\r\u001b[K${(bar + line).slice(0, (target.columns ?? 80) - 1)}`);
      } else if (shown % PLAIN_EVERY === 0) {
        target.write(`${share === null ? "" : `${percentOf(share)} `}${line}\n`);
      }
      shown += 1;
    },
    end() {
      if (target.isTTY) target.write("\r\u001b[K");
    },
  };
}

/** One line about a source that is not read any more. */
function describeEnd({ source, runs, oldestTime, state, reason }: FilledSource): string {
  const name = `${source.provider} ${source.regionId} of account ${source.account}`;
  if (state === "left out") return `${name}: the region does not offer the product.`;
  if (state === "failed") return `${name}: failed, ${runs} runs are kept. ${reason ?? ""}`.trimEnd();
  return `${name}: ${runs} runs${oldestTime === null || oldestTime < 0 ? "" : `, back to ${toMinute(oldestTime)}`}.`;
}

/** One line about all of them. */
function describeAll(sources: readonly FilledSource[]): string {
  const runs = sources.reduce((sum, one) => sum + one.runs, 0);
  const ended = sources.filter(({ state }) => state !== "open").length;
  const open = sources.filter(({ state }) => state === "open").map(({ oldestTime }) => oldestTime ?? Number.NaN);
  const newest = Math.max(...open);
  const back = Number.isFinite(newest) && newest >= 0 ? `, back to ${toMinute(newest)}` : "";
  return `${runs} runs${back}, ${ended} of ${sources.length} sources`;
}

function shareOf(sources: readonly FilledSource[], begun: number, until: number): number {
  const shares = sources.map(({ state, oldestTime }) => {
    if (state !== "open") return 1;
    return oldestTime === null || oldestTime < 0 ? 0 : (begun - oldestTime) / Math.max(1, begun - until);
  });
  const sum = shares.reduce((total, share) => total + Math.min(1, Math.max(0, share)), 0);
  return sources.length === 0 ? 1 : sum / sources.length;
}

function barOf(share: number): string {
  const full = Math.round(share * BAR_CELLS);
  return `[${"#".repeat(full)}${".".repeat(BAR_CELLS - full)}] ${percentOf(share)}`;
}

const percentOf = (share: number): string => `${String(Math.floor(share * 100)).padStart(3)} %`;

const toMinute = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`;
