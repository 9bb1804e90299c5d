import { isUtf8 } from "node:buffer";
import {
  type AppendedOutput,
  type Clock,
  hasEnded,
  type InstanceInvocation,
  type Invocation,
  isEndOwed,
  isFinalInstanceStatus,
  mayBeCut,
  type Operation,
  type Output,
  type Projection,
  readAppended,
  takeBreak,
  takeBreakBefore,
  withoutOutputs,
} from "#domain";
import type { Sync } from "#sync";
import type { OutputChunk, PositionSealer, Services } from "../contract/index.ts";
import {
  type MarkedBytes,
  markOf,
  openOutputPosition,
  sealOutputPosition,
  type ToldBytes,
  type WatchedOutput,
} from "./output-position.ts";

const WATCHED: Projection = { output: true, content: false };

interface Told extends MarkedBytes {
  readonly output: Output | null;
}

/** A state of the run with those of its executions that are followed. */
interface Seen {
  readonly run: Invocation;
  readonly executions: readonly InstanceInvocation[];
}

interface Telling {
  /** Null for nothing new. */
  readonly chunk: OutputChunk | null;
  readonly now: Told;
}

/** Tells of a run's outputs only what is new, by the run's one watch. */
export function createOutputWatch(
  watch: Services["watchInvocation"],
  sealer: PositionSealer,
  clock: Pick<Clock, "now">,
  { runs, results }: Pick<Sync, "runs" | "results">,
): Services["watchOutput"] {
  const share = createSharing();
  const narrowTo = createNarrowing();
  return async function* (ref: WatchedOutput, { fromByte, after }, operation: Operation) {
    const toldBefore = after === null ? () => null : openOutputPosition(sealer, ref, after);
    const fromHere: ToldBytes = { nextByte: fromByte, isFinal: false };
    const told = new Map<string, Told>();
    const begin = (instanceId: string): Told => ({
      output: null,
      mark: markOf(instanceId),
      ...(toldBefore(instanceId) ?? fromHere),
    });
    const seal = (now: Told) =>
      sealOutputPosition(sealer, ref, ref.instanceId === null ? told : new Map([[ref.instanceId, now]]));
    /** A run on 300 servers makes 300 events at once: each has its own round of the event loop. @param isEnd true once nothing more is waited for */
    async function* tellAll({ run, executions }: Seen, isEnd: boolean): AsyncGenerator<OutputChunk> {
      let isFirst = true;
      for (const { instanceId } of executions) {
        // All of them before the first event, whose position says of each how far it was told.
        if (!told.has(instanceId)) told.set(instanceId, begin(instanceId));
      }
      for (const execution of executions) {
        const before = told.get(execution.instanceId) ?? begin(execution.instanceId);
        const isFinal = isEnd || isPrinted(run, execution, clock.now());
        const make = () => tell(run, execution, before, isFinal, seal);
        // Of several servers, what was told of the others is in the event too.
        const telling = ref.instanceId === null ? make() : share(run, execution, before, isFinal, make);
        const { chunk, now } = await telling;
        told.set(execution.instanceId, now);
        if (chunk === null) continue;
        if (!isFirst) await takeBreak();
        isFirst = false;
        yield chunk;
      }
    }
    /** The run with the server that is meant, which its record may have cut off: its result is a part of the run once it was read. */
    const withMeant = async (run: Invocation): Promise<Invocation> => {
      const { source, invokeId, instanceId } = ref;
      if (instanceId === null || !mayBeCut(run) || meant(run, instanceId).length > 0) return run;
      if (!results.mayHaveOthers(run)) return run;
      const query = { invokeId, instanceIds: [instanceId], includeHistory: false };
      const [result] = await results.read(source, query, WATCHED, operation);
      const [known] = await runs.findKnown([ref], WATCHED, Number.POSITIVE_INFINITY);
      if (!known) return run;
      const instances = known.run.instances.map((one) =>
        one.instanceId === instanceId && one.keptOutput !== undefined ? { ...one, output: result?.output } : one,
      );
      return { ...known.run, instances };
    };
    const narrow = async (seen: Invocation) => narrowTo(await withMeant(seen), ref.instanceId);
    let last: Seen | null = null;
    for await (const seen of mapEach(watch(ref, { ...WATCHED, details: false }, operation), narrow)) {
      yield* tellAll(seen, false);
      // Others of its servers may go on for long.
      if (ref.instanceId !== null && told.get(ref.instanceId)?.isFinal === true) return;
      last = seen;
    }
    const isOver = last !== null && hasEnded(last.run);
    if (last !== null && isOver && !operation.signal.aborted) yield* tellAll(last, true);
  };
}

/** True if the execution is over, and the upstream has told when and what it printed: nothing more of it is to come. */
function isPrinted(run: Invocation, execution: InstanceInvocation, now: number): boolean {
  const isOver = isFinalInstanceStatus(execution.status) && !isEndOwed(execution, run, now);
  return isOver && execution.output !== undefined;
}

function meant({ instances }: Invocation, instanceId: string | null): readonly InstanceInvocation[] {
  const some = instances.filter((one) => instanceId === null || one.instanceId === instanceId);
  return some.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

/** A reader of one output keeps no others, also while its turn is far off. The run is one object for all of them. */
function createNarrowing(): (run: Invocation, instanceId: string | null) => Seen {
  const narrowed = new WeakMap<Invocation, Invocation>();
  return (run, instanceId) => {
    const executions = meant(run, instanceId);
    if (instanceId === null) return { run, executions };
    const known = narrowed.get(run) ?? withoutOutputs(run);
    narrowed.set(run, known);
    return { run: known, executions };
  };
}

/** What each value is mapped to; holds no value while that is read, as a generator would. */
function mapEach<Value, Mapped>(
  values: AsyncIterableIterator<Value>,
  map: (value: Value) => Promise<Mapped>,
): AsyncIterableIterator<Mapped> {
  return {
    async next() {
      const { done, value } = await values.next();
      if (done) return { done, value };
      try {
        return { done: false, value: await map(value) };
      } catch (error) {
        await values.return?.();
        throw error;
      }
    },
    async return() {
      await values.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** One event for all who watch one server's output and were told as much of it: they share its answer. */
function createSharing() {
  const made = new WeakMap<
    Invocation,
    Map<string, { readonly after: Output | null; readonly telling: Promise<Telling> }>
  >();
  return (
    run: Invocation,
    { instanceId }: InstanceInvocation,
    before: Told,
    isFinal: boolean,
    make: () => Promise<Telling>,
  ): Promise<Telling> => {
    const ofRun = made.get(run) ?? new Map<string, { after: Output | null; telling: Promise<Telling> }>();
    made.set(run, ofRun);
    const key = `${instanceId} ${before.nextByte} ${before.isFinal} ${isFinal}`;
    const known = ofRun.get(key);
    if (known !== undefined && known.after === before.output) return known.telling;
    const telling = make();
    ofRun.set(key, { after: before.output, telling });
    return telling;
  };
}

/** So much of an odd output takes as long to decode as all else that is done to an execution. */
const BYTES_AN_EXECUTION = 100;

/** Odd bytes take some 10 ms each time they are decoded: others are served before. */
async function readInBreaks(...asked: Parameters<typeof readAppended>): Promise<AppendedOutput | null> {
  const reading = readAppended(...asked);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
    await takeBreakBefore(isUsual(value) ? 0 : value.byteLength / BYTES_AN_EXECUTION);
  }
}

/** True for what is decoded at once. */
function isUsual(bytes: Uint8Array): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}

/** Nothing, or what is new; the end is told once, also without anything new. */
async function tell(
  run: Invocation,
  execution: InstanceInvocation,
  before: Told,
  isFinal: boolean,
  seal: (now: Told) => string | null,
): Promise<Telling> {
  const output = execution.output ?? null;
  const appended: AppendedOutput | null = output === null ? null : await readInBreaks(output, before, isFinal);
  const isEnd = isFinal && !before.isFinal;
  const nextByte = appended?.nextByte ?? before.nextByte;
  const now: Told = { output: output ?? before.output, mark: before.mark, nextByte, isFinal };
  if (appended === null && !isEnd) return { chunk: null, now };
  const nothing: AppendedOutput = { fromByte: nextByte, nextByte, text: "", isReset: false };
  const chunk = {
    run,
    execution,
    isFinal,
    ...(appended ?? nothing),
    get position() {
      return seal(now);
    },
  };
  return { chunk, now };
}
