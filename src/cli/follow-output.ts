import type { Context } from "./context.ts";
import type { Target } from "./find.ts";
import { lastLines, tellUnknown, toSection } from "./output.ts";
import {
  formatInstance,
  type InstanceRun,
  type RunOutputs,
  readOutputs,
  requireInstance,
  type Selection,
} from "./outputs.ts";
import { type ExitCode, tell, toExitCode } from "./terminal/index.ts";
import { toShown } from "./terminal-line.ts";
import { type Look, type WaitOptions, waitForRun } from "./wait.ts";

/** Which outputs to follow, and how. */
export interface FollowOptions extends Selection, WaitOptions {
  /** How many of the lines that are there already to begin with; all if undefined. */
  readonly tail: number | undefined;
}

/** Prints what a run prints as it comes, whole lines only, until the run is final. */
export async function followOutput(context: Context, target: Target, options: FollowOptions): Promise<ExitCode> {
  const print = createPrinter(context, options.tail);
  const deadline = context.surroundings.now() + options.timeoutMs;
  const look = async (signal: AbortSignal) => {
    const run = await readOutputs(context, target, options, signal);
    if (run !== null) requireInstance(run, options);
    for (const one of run?.instances ?? []) print.add(one, (run?.instances.length ?? 0) > 1);
    return run;
  };
  const over = await waitForRun(context, look, options);
  const run = await lookForEnds(context, over, { look, hasBegun: print.hasBegun, deadline });
  tellUnknown(context, run.instances.map(toSection));
  return toExitCode(run);
}

const LATE_LOOKS = 5;
const LATE_LOOK_MS = 2_000;

/** The run with the ends of what was printed: right after it is over, the upstream may tell that of the beginnings alone for a while. */
async function lookForEnds(
  { surroundings }: Context,
  run: RunOutputs,
  {
    look,
    hasBegun,
    deadline,
  }: {
    readonly look: Look<RunOutputs>;
    readonly hasBegun: (one: InstanceRun) => boolean;
    readonly deadline: number;
  },
): Promise<RunOutputs> {
  let last = run;
  const isLate = (one: InstanceRun): boolean => one.result?.isOutputKnown === false && hasBegun(one);
  for (let looks = 0; looks < LATE_LOOKS && last.instances.some(isLate); looks += 1) {
    if (surroundings.now() >= deadline) break;
    await surroundings.sleep(LATE_LOOK_MS);
    // The run is over: a look that fails takes nothing of what was printed back.
    last = (await look(surroundings.expire(LATE_LOOK_MS)).catch(() => null)) ?? last;
  }
  return last;
}

/** So many of the last lines of what was printed are looked for in an output of which a part was cut away meanwhile. */
const OVERLAPS = [20, 5, 2, 1];

/** An output as far as it was printed. */
interface Printed {
  /** Of whole lines, as the server printed them: what they are decoded as may change while there are more of them. */
  readonly bytes: Buffer;
  readonly text: string;
}

function createPrinter(context: Context, tail: number | undefined) {
  const printed = new Map<string, Printed>();
  let lastTitle: string | null = null;
  function add(run: InstanceRun, isOneOfMany: boolean): void {
    // What is over and not known takes nothing back.
    if (run.result?.isOutputKnown === false) return;
    const now = toWholeLines(run);
    const before = printed.get(run.instanceId);
    const news = before === undefined ? now.text : findNews(before, now);
    printed.set(run.instanceId, now);
    const title = formatInstance(run);
    if (news === null) tell(context, `${title}: some of the output was cut away upstream before it was read.`);
    const shown = toShown(news ?? now.text, context.hasColours);
    const wanted = before === undefined ? lastLines(shown, tail) : shown;
    if (wanted === "") return;
    const { output } = context.surroundings;
    if (isOneOfMany && title !== lastTitle) output.write(`${context.style.heading(`==> ${title} <==`)}\n`);
    lastTitle = title;
    output.write(wanted.endsWith("\n") ? wanted : `${wanted}\n`);
  }
  return { add, hasBegun: ({ instanceId }: InstanceRun): boolean => (printed.get(instanceId)?.text ?? "") !== "" };
}

/** What will not change any more: a line without an end may go on. */
function toWholeLines({ isFinal, result }: InstanceRun): Printed {
  const text = result?.output?.text ?? "";
  const bytes = Buffer.from(result?.output?.base64 ?? "", "base64");
  if (isFinal) return { text, bytes };
  return { text: text.slice(0, text.lastIndexOf("\n") + 1), bytes: bytes.subarray(0, bytes.lastIndexOf("\n") + 1) };
}

/** What came behind `before`; null if its end is not to be found. */
function findNews(before: Printed, { text, bytes }: Printed): string | null {
  if (bytes.subarray(0, before.bytes.length).equals(before.bytes)) {
    return text
      .split("\n")
      .slice(before.text.split("\n").length - 1)
      .join("\n");
  }
  for (const count of OVERLAPS) {
    const overlap = lastLines(before.text, count);
    const at = text.lastIndexOf(overlap);
    if (at >= 0) return text.slice(at + overlap.length);
  }
  return null;
}
