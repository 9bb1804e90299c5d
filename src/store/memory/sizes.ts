import type { Execution, InstanceInvocation, Invocation, Output } from "#domain";

/** Bytes that a run takes in memory, by estimate. */
export function runBytes({ source: _source, instances, command, ...own }: Invocation): number {
  const { content, ...named } = command;
  const texts = bytesOfTexts(own) + bytesOfTexts(named);
  const bytes = Math.max(1_500, texts) + (content?.byteLength ?? 0);
  return instances.reduce((sum, one) => sum + executionBytes(one), bytes);
}

/** Bytes that an execution takes in memory, by estimate. */
export function executionBytes(execution: InstanceInvocation | Execution): number {
  const { username, rawStatus, error, ossDelivery, output, pastOutput } = execution;
  const texts = CHARACTER_BYTES * ((username?.length ?? 0) + (rawStatus?.length ?? 0));
  const own = Math.max(600, texts + bytesOfTexts(error) + bytesOfTexts(ossDelivery));
  return own + outputBytes(output) + outputBytes(pastOutput);
}

// A reader of an output leaves its text beside the record.
function outputBytes(output: Output | null | undefined): number {
  return 2 * (output?.bytes.byteLength ?? 0);
}

const CHARACTER_BYTES = 2;
const PART_BYTES = 50;

/** What the texts in a record take, those in lists and objects too: an upstream may send as many as it likes, of any length and at any depth. */
function bytesOfTexts(record: object | null): number {
  if (record === null) return 0;
  let bytes = 0;
  const parts: unknown[] = Object.values(record);
  while (parts.length > 0) {
    const part = parts.pop();
    if (typeof part === "string") bytes += CHARACTER_BYTES * part.length;
    else if (typeof part === "object" && part !== null) {
      for (const [name, inner] of Object.entries(part)) {
        bytes += PART_BYTES + CHARACTER_BYTES * name.length;
        parts.push(inner);
      }
    }
  }
  return bytes;
}
