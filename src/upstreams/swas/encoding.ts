import { type Clock, isFinalInstanceStatus, type Operation, UpstreamError, type Wants } from "#domain";
import { canBeBase64, type ExecutionShape, fromBase64, type OutputEncodingSetting, type RunShape } from "#upstreams";

/** One field that is encoded in the unstated way. */
type EncodedField = "output" | "content";

/** A finished execution whose output can be had in base64 too. */
export interface Sample {
  readonly invokeId: string;
  readonly instanceId: string;
}

/** Decodes the two fields, once it is known how. */
export interface Encoding {
  /** Learns from an answer what it shows; calls the upstream only where the wanted fields leave no other way. */
  settle(runs: readonly RunShape[], wants: Wants, operation: Operation): Promise<void>;
  /** The bytes of a text; undefined where the encoding is not known and the field is not wanted. */
  decode(field: EncodedField, text: string, isWanted: boolean): Uint8Array | undefined;
  /** True as long as what it decodes of the field is a guess. */
  isGuessing(field: EncodedField): boolean;
}

type Kind = "plain" | "base64";

const AFTER_FAILURE_MS = 60_000;
const AFTER_NO_ANSWER_MS = 600_000;

/**
 * `auto` takes a value that cannot be base64 as proof of plain text, and else compares one output with what
 * DescribeInvocationResult says of it, which is base64: one call per process, whatever the number of operations.
 * @param readBytes gives the output of one execution by DescribeInvocationResult, null where it has none.
 */
export function createEncoding(
  setting: OutputEncodingSetting,
  clock: Clock,
  readBytes: (sample: Sample, operation: Operation) => Promise<Uint8Array | null>,
): Encoding {
  const known: { output: Kind | undefined; content: Kind | undefined } =
    setting === "auto" ? { output: undefined, content: undefined } : { output: setting, content: setting };
  let calibration: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;

  async function calibrate(text: string, sample: Sample, operation: Operation): Promise<void> {
    notBefore = clock.elapsed() + AFTER_FAILURE_MS;
    try {
      const bytes = await readBytes(sample, operation);
      known.output = bytes === null ? undefined : compare(text, bytes);
      if (known.output === undefined) notBefore = clock.elapsed() + AFTER_NO_ANSWER_MS;
    } catch (error) {
      // A cancelled operation has asked nothing; the next one may.
      if (operation.signal.aborted) notBefore = Number.NEGATIVE_INFINITY;
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  // A script is encoded as outputs are, unless one has shown otherwise.
  const kindOf = (field: EncodedField): Kind | undefined => known[field] ?? known.output;

  return {
    async settle(runs, wants, operation) {
      if (known.output !== undefined && known.content !== undefined) return;
      const outputs = runs.flatMap((run) => run.instances.flatMap((instance) => instance.output ?? []));
      const contents = runs.flatMap((run) => run.commandContent ?? []);
      if (outputs.some(isCertainlyPlain)) known.output ??= "plain";
      if (contents.some(isCertainlyPlain)) known.content ??= "plain";
      const isOpen =
        (wants.output && outputs.length > 0) || (wants.content && contents.length > 0 && known.content === undefined);
      const sample = known.output === undefined && isOpen ? findSample(runs) : undefined;
      if (sample === undefined) return;
      if (calibration !== undefined) return calibration.catch(() => {});
      if (clock.elapsed() < notBefore) return;
      calibration = calibrate(sample.text, sample, operation).finally(() => {
        calibration = undefined;
      });
      return calibration;
    },
    decode(field, text, isWanted) {
      const kind = kindOf(field);
      if (kind !== undefined) return kind === "plain" ? fromText(text) : (fromBase64(text) ?? fromText(text));
      return isWanted ? guess(text) : undefined;
    },
    isGuessing: (field) => kindOf(field) === undefined,
  };
}

// Encoders that break lines do so after 64 or 76 characters; printed lines break anywhere.
function isCertainlyPlain(text: string): boolean {
  const broken = text.split(/\r?\n/).slice(0, -1);
  return broken.some((line) => line.length !== 64 && line.length !== 76) || !canBeBase64(text);
}

function findSample(runs: readonly RunShape[]): (Sample & { readonly text: string }) | undefined {
  for (const { invokeId, instances } of runs) {
    const instance = invokeId === null ? undefined : instances.find(isSample);
    if (invokeId !== null && instance?.instanceId != null && instance.output !== null) {
      return { invokeId, instanceId: instance.instanceId, text: instance.output };
    }
  }
  return undefined;
}

function isSample(instance: ExecutionShape): boolean {
  return instance.output !== null && isFinalInstanceStatus(instance.status);
}

function compare(text: string, bytes: Uint8Array): Kind | undefined {
  const expected = Buffer.from(bytes);
  if (fromText(text).equals(expected) || text.trimEnd() === expected.toString("utf8").trimEnd()) return "plain";
  const decoded = fromBase64(text);
  return decoded !== null && expected.equals(decoded) ? "base64" : undefined;
}

/** Plain unless a text is long, canonical base64 of readable lines: short words such as `disk` are legal base64 too. */
function guess(text: string): Uint8Array {
  const bytes = text.length >= 16 && text.length % 4 === 0 ? fromBase64(text) : null;
  if (bytes === null || Buffer.from(bytes).toString("base64") !== text) return fromText(text);
  const decoded = Buffer.from(bytes).toString("utf8");
  return /^[\t\r\n\x20-\x7e\u00a0-\ufffc]+\n$/.test(decoded) ? bytes : fromText(text);
}

function fromText(text: string): Buffer {
  return Buffer.from(text, "utf8");
}
