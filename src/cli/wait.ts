import { GatewayError, type RunStatusQuery } from "../client/index.ts";
import { type Context, tell } from "./context.ts";
import { CommandError, EXIT_CODES } from "./exit-code.ts";
import { requireRun } from "./find.ts";
import { formatCounts } from "./list.ts";
import { createStyle, type Style } from "./style.ts";

type RunState = Extract<RunStatusQuery["node"], { readonly __typename: "Invocation" }>;

/** How to wait. */
export interface WaitOptions {
  /** Time between two questions. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const MAX_FAILURES_IN_A_ROW = 5;
const ERASE_LINE = "\r\u001b[K";

/**
 * Waits until a run is final and gives its last state. Progress goes to standard error: one line that changes before a person's
 * eyes, one line a change elsewhere. A few failures in a row that may pass are waited through.
 *
 * @throws CommandError with the exit code for a time-out where the time was up first.
 */
export async function waitForRun(context: Context, id: string, options: WaitOptions): Promise<RunState> {
  const { surroundings } = context;
  const deadline = surroundings.now() + options.timeoutMs;
  const progress = createProgress(context);
  let failures = 0;
  for (;;) {
    try {
      const state = await readState(context, id);
      failures = 0;
      progress.show(state);
      if (state.isFinal) return state;
    } catch (error) {
      failures += 1;
      if (!mayPass(error) || failures >= MAX_FAILURES_IN_A_ROW) throw error;
    } finally {
      progress.clear();
    }
    const leftMs = deadline - surroundings.now();
    if (leftMs <= 0) throw new CommandError("The time is up and the run is not final.", EXIT_CODES.timeout);
    progress.rest();
    await surroundings.sleep(Math.min(options.intervalMs, leftMs));
  }
}

async function readState({ client }: Context, id: string): Promise<RunState> {
  return requireRun((await client.runStatus({ id })).node);
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return error.kind === "UNREACHABLE" || error.failures.some(({ extensions }) => extensions.retryable === true);
}

interface Progress {
  show(state: RunState): void;
  /** Shows the last state again while waiting. */
  rest(): void;
  clear(): void;
}

function createProgress(context: Context): Progress {
  const { errors } = context.surroundings;
  const style = createStyle(errors.isTerminal && !context.surroundings.environment.NO_COLOR);
  let line = "";
  return {
    show(state) {
      const before = line;
      line = describe(state, style);
      if (!errors.isTerminal && line !== before) tell(context, line);
    },
    rest: () => {
      if (errors.isTerminal && line !== "") errors.write(`${line} …`);
    },
    clear: () => {
      if (errors.isTerminal) errors.write(ERASE_LINE);
    },
  };
}

function describe(state: RunState, style: Style): string {
  return `${state.invokeId} ${style.status(state.status)}: ${formatCounts(state.statusCounts, style)}`;
}
