import type { GatewayError, RunState as RunStatus } from "../client/index.ts";
import { createPatience, SHORTEST_LOOK_MS } from "../client/patience.ts";
import { createStallNotice, findFailing } from "../client/stalled-source.ts";
import type { Context } from "./context.ts";
import { requireRun, type Target } from "./find.ts";
import { formatCounts } from "./list.ts";
import { tellFailures } from "./sources.ts";
import { readStray } from "./stray-run.ts";
import { CommandError, createStyle, EXIT_CODES, type Style, tell } from "./terminal/index.ts";

/** A run as far as waiting needs it. */
export type RunState = Pick<
  RunStatus,
  "provider" | "account" | "regionId" | "invokeId" | "status" | "isFinal" | "statusCounts"
>;

/** How to wait. */
export interface WaitOptions {
  /** Time between two questions. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const ERASE_LINE = "\r\u001b[K";

/** Looks at a run once, until the signal aborts: its state, or null if it is not known now. */
export type Look<State> = (signal: AbortSignal) => Promise<State | null>;

/**
 * Looks at a run until it is final and resolves to its last state. Progress goes to standard error: one line that changes before a
 * person's eyes, one line a change elsewhere. A few failures in a row that may pass are waited through.
 *
 * @throws CommandError with the exit code for a time-out if the time was up first.
 */
export async function waitForRun<State extends RunState>(
  context: Context,
  look: Look<State>,
  options: WaitOptions,
): Promise<State> {
  const { surroundings } = context;
  const startedAt = surroundings.now();
  const waitedMs = () => surroundings.now() - startedAt;
  const patience = createPatience(waitedMs);
  const noticeStall = createStallNotice(context.client, waitedMs);
  const progress = createProgress(context);
  const leftMs = () => startedAt + options.timeoutMs - surroundings.now();
  let last: State | null = null;
  for (;;) {
    const inTime = surroundings.expire(Math.max(leftMs(), SHORTEST_LOOK_MS));
    try {
      const state = patience.see(await look(inTime));
      last = state ?? last;
      progress.show(state);
      if (state?.isFinal) return state;
      if (leftMs() > 0) await noticeStall(state, inTime);
    } catch (error) {
      if (!inTime.aborted) patience.fail(error);
    }
    if (inTime.aborted || leftMs() <= 0) {
      throw await timeIsUp(context, last, patience.lastFailure());
    }
    progress.rest(waitedMs());
    await surroundings.sleep(Math.min(options.intervalMs, leftMs()));
    progress.clear();
  }
}

/**
 * Ends a command whose time is over before the run is, and tells first which source failed and why.
 * @param run its last state; null if it was never seen
 * @param failure what else the last look met
 */
export async function timeIsUp(
  context: Context,
  run: RunState | null,
  failure: GatewayError | null = null,
): Promise<CommandError> {
  const failing = await findFailing(context.client, run, context.surroundings.expire(SHORTEST_LOOK_MS));
  tellFailures(context, failing, failing.length === 0 ? failure : null);
  return new CommandError("The time is up and the run is not final.", EXIT_CODES.timeout);
}

/** The state of a run. */
export function lookAt(context: Context, target: Target): Look<RunState> {
  if ("stray" in target) {
    return (signal) => readStray(context, target.stray, { withOutput: false, withNames: false }, signal);
  }
  return async (signal) => {
    const { node } = await context.client.runStatus({ id: target.id }, {}, signal);
    return node === null ? null : requireRun(node);
  };
}

interface Progress {
  show(state: RunState | null): void;
  /** Shows the last state again while waiting, and for how long that was. */
  rest(waitedMs: number): void;
  clear(): void;
}

function createProgress(context: Context): Progress {
  const { errors } = context.surroundings;
  const style = createStyle(errors.isTerminal && !context.surroundings.environment.NO_COLOR);
  let line = "";
  return {
    show(state) {
      const before = line;
      if (state !== null) line = describe(state, style);
      if (!errors.isTerminal && line !== before) tell(context, line);
    },
    rest: (waitedMs) => {
      const seconds = Math.floor(waitedMs / 1000);
      if (errors.isTerminal) errors.write(`${line || "waiting for the run to appear"}, ${seconds}s …`);
    },
    clear: () => {
      if (errors.isTerminal) errors.write(ERASE_LINE);
    },
  };
}

function describe(state: RunState, style: Style): string {
  return `${state.invokeId} ${style.status(state.status)}: ${formatCounts(state.statusCounts, style)}`;
}
