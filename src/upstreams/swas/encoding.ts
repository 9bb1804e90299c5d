import { type Clock, isFinalInstanceStatus, type Operation, type Projection, UpstreamError } from "#domain";
import type { OutputEncodingSetting } from "../contract/index.ts";
import { canBeBase64, type ExecutionShape, isNothing, type RunShape } from "../mapping/index.ts";
import { compareReadings, type EncodingKind, likelyKind, readAs } from "./two-readings.ts";

/** One field that is encoded in the unstated way. */
type EncodedField = "output" | "content";

/** An execution whose output can be had in base64 too. */
export interface Sample {
  readonly invokeId: string;
  readonly instanceId: string;
}

/** Decodes the two fields, once it is known how. */
export interface Encoding {
  /** Learns from an answer what it shows; calls the upstream only where the wanted fields leave no other way. */
  settle(runs: readonly RunShape[], projection: Projection, operation: Operation): Promise<void>;
  /** The bytes of a text; undefined where the encoding is not known and the field is not wanted. */
  decode(field: EncodedField, text: string, isWanted: boolean): Uint8Array | undefined;
  /** True for a text that is not encoded as it has to be. */
  isMisfit(field: EncodedField, text: string): boolean;
  /** True as long as what it decodes of the field is a guess. */
  isGuessing(field: EncodedField): boolean;
  /** True while outputs can only be guessed and asking would not help. */
  isStuck(): boolean;
}

/** How long the one call may take: readers may wait for it, anybody who began it. */
const CALIBRATION_MS = 10_000;
const AFTER_FAILURE_MS = 60_000;
const AFTER_NO_ANSWER_MS = 600_000;

interface Found extends Sample {
  readonly text: string;
  readonly isFinal: boolean;
}

/**
 * `auto` takes a value that cannot be base64 as proof of plain text, and else compares one output with what
 * DescribeInvocationResult says of it, which is base64: one call per process, whatever the number of operations. An execution
 * that still runs will do if none is over: what it printed first stays.
 * @param readBytes gives the output of one execution by DescribeInvocationResult, null where it has none.
 */
export function createEncoding(
  setting: OutputEncodingSetting,
  clock: Clock,
  readBytes: (sample: Sample, operation: Operation) => Promise<Uint8Array | null>,
): Encoding {
  const known: { output: EncodingKind | undefined; content: EncodingKind | undefined } =
    setting === "auto" ? { output: undefined, content: undefined } : { output: setting, content: setting };
  let calibration: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;

  async function calibrate({ text, isFinal, ...sample }: Found, operation: Operation): Promise<void> {
    notBefore = clock.elapsed() + AFTER_FAILURE_MS;
    try {
      const bytes = await readBytes(sample, atReadersPace(operation));
      known.output ??= (bytes === null ? null : compareReadings(text, bytes, isFinal)) ?? undefined;
      if (known.output === undefined && isFinal) notBefore = clock.elapsed() + AFTER_NO_ANSWER_MS;
    } catch (error) {
      // A cancelled operation has asked nothing; the next one may.
      if (operation.signal.aborted) notBefore = Number.NEGATIVE_INFINITY;
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  /** Readers wait for what collecting began, so it goes at their pace. */
  const atReadersPace = (operation: Operation): Operation => ({
    ...operation,
    pace: operation.pace === "collect" ? undefined : operation.pace,
    deadline: Math.min(operation.deadline, clock.elapsed() + CALIBRATION_MS),
  });

  // A script is encoded as outputs are, unless one has shown otherwise.
  const kindOf = (field: EncodedField): EncodingKind | undefined => known[field] ?? known.output;

  return {
    async settle(runs, projection, operation) {
      if (known.output !== undefined && known.content !== undefined) return;
      const outputs = runs.flatMap((run) => run.instances.flatMap((one) => (one.isOutputText && one.output) || []));
      const contents = runs.flatMap((run) => run.commandContent ?? []);
      if (outputs.some(isCertainlyPlain)) known.output ??= "plain";
      if (contents.some(isCertainlyPlain)) known.content ??= "plain";
      const isOpen =
        (projection.output && outputs.length > 0) ||
        (projection.content && contents.length > 0 && known.content === undefined);
      const sample = known.output === undefined && isOpen ? findSample(runs) : undefined;
      if (sample === undefined) return;
      if (calibration !== undefined) return calibration.catch(() => {});
      if (clock.elapsed() < notBefore) return;
      calibration = calibrate(sample, operation).finally(() => {
        calibration = undefined;
      });
      return calibration;
    },
    decode(field, text, isWanted) {
      const kind = kindOf(field);
      if (kind !== undefined) return readAs(kind, text);
      return isWanted ? readAs(likelyKind(text), text) : undefined;
    },
    isMisfit: (field, text) => kindOf(field) === "base64" && !canBeBase64(text),
    isGuessing: (field) => kindOf(field) === undefined,
    isStuck: () => known.output === undefined && calibration === undefined && clock.elapsed() < notBefore,
  };
}

// Encoders that break lines do so after 64 or 76 characters; printed lines break anywhere.
function isCertainlyPlain(text: string): boolean {
  if (isNothing(text)) return false;
  const broken = text.split(/\r?\n/).slice(0, -1);
  return broken.some((line) => line.length !== 64 && line.length !== 76) || !canBeBase64(text);
}

/** What is over is compared whole, so it comes first, unless it is blank; of all others the longest says most. */
function findSample(runs: readonly RunShape[]): Found | undefined {
  const all = runs.flatMap(({ invokeId, instances }) =>
    invokeId === null ? [] : instances.flatMap((instance) => toSample(invokeId, instance)),
  );
  return (
    all.find(({ isFinal, text }) => isFinal && !isNothing(text)) ??
    all.toSorted((a, b) => b.text.length - a.text.length)[0]
  );
}

function toSample(invokeId: string, { instanceId, output, isOutputText, status }: ExecutionShape): readonly Found[] {
  if (instanceId === null || output === null || !isOutputText) return [];
  return [{ invokeId, instanceId, text: output, isFinal: isFinalInstanceStatus(status) }];
}
