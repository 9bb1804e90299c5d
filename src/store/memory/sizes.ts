import type { Execution, Invocation, Output } from "#domain";

type Sized = Pick<Execution, "output"> & Partial<Pick<Execution, "pastOutput" | "error" | "ossDelivery">>;

/** Bytes that a run takes in memory, by estimate. */
export function runBytes(run: Invocation): number {
  const { command, parameters, tags, username, workingDir, launcher, frequency } = run;
  const texts = bytesOfTexts(
    command.name,
    command.description,
    parameters,
    tags,
    username,
    workingDir,
    launcher,
    frequency,
  );
  const own = 1_500 + texts + (command.content?.byteLength ?? 0);
  return run.instances.reduce((sum, one) => sum + executionBytes(one), own);
}

/** Bytes that an execution takes in memory, by estimate. */
export function executionBytes({ output, pastOutput, error = null, ossDelivery = null }: Sized): number {
  return 600 + outputBytes(output) + outputBytes(pastOutput) + bytesOfTexts(error?.info, ossDelivery?.errorInfo);
}

// A reader of an output leaves its text beside the record.
function outputBytes(output: Output | null | undefined): number {
  return 2 * (output?.bytes.byteLength ?? 0);
}

const CHARACTER_BYTES = 2;
const PART_BYTES = 50;

/** What texts take, those in lists and objects too: an upstream may send as many as it likes, of any length and at any depth. */
function bytesOfTexts(...values: unknown[]): number {
  let bytes = 0;
  for (let value = values.pop(); value !== undefined || values.length > 0; value = values.pop()) {
    if (typeof value === "string") bytes += CHARACTER_BYTES * value.length;
    else if (typeof value === "object" && value !== null) {
      for (const [name, part] of Object.entries(value)) {
        bytes += PART_BYTES + CHARACTER_BYTES * name.length;
        values.push(part);
      }
    }
  }
  return bytes;
}
