import { totalmem } from "node:os";
import type { Variables } from "./settings.ts";

const BYTES_PER_MB = 1024 * 1024;
const DEFAULT_MEMORY_MB = 256;

/** The memory of the machine, or what its container may use of it, in bytes. */
export function readMachineBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Bytes for what was read: as set, else the default, but no more than half of what there is. Adds a problem if more was set than there is. */
export function chooseMemoryBytes(
  { MEMORY_MB: memoryMb }: Variables,
  machineBytes: number,
  problems: string[],
): number {
  if (memoryMb === undefined) return Math.min(DEFAULT_MEMORY_MB * BYTES_PER_MB, Math.floor(machineBytes / 2));
  const machineMb = Math.floor(machineBytes / BYTES_PER_MB);
  if (memoryMb >= machineMb) {
    problems.push(`MEMORY_MB: expected less than the memory that there is (${machineMb}), got "${memoryMb}"`);
  }
  return memoryMb * BYTES_PER_MB;
}

/** Settings that are right by themselves and cannot be used together; one sentence each. */
export function findConflicts(values: Variables): readonly string[] {
  const { WATCH_MIN_INTERVAL_MS: minMs, WATCH_MAX_INTERVAL_MS: maxMs, PERSISTED_DOCUMENTS: mode } = values;
  const conflicts: string[] = [];
  if (minMs > maxMs) {
    conflicts.push(`WATCH_MAX_INTERVAL_MS: expected at least WATCH_MIN_INTERVAL_MS (${minMs}), got "${maxMs}"`);
  }
  if (mode !== undefined && mode !== "off" && values.PERSISTED_DOCUMENTS_FILE === undefined) {
    conflicts.push(
      "PERSISTED_DOCUMENTS_FILE: expected the path of a manifest, since PERSISTED_DOCUMENTS is on; it is missing",
    );
  }
  return conflicts;
}

/** What costs answers without breaking any is warned of, not refused; one sentence each. */
export function findWarnings(values: Variables): readonly string[] {
  const { UPSTREAM_TIMEOUT_MS: attemptMs, OPERATION_DEADLINE_MS: operationMs, SOFT_DEADLINE_MS: softMs } = values;
  const warnings: string[] = [];
  if (operationMs < attemptMs) {
    warnings.push(
      `OPERATION_DEADLINE_MS: expected at least UPSTREAM_TIMEOUT_MS (${attemptMs}), got "${operationMs}"; no attempt has its whole time`,
    );
  }
  if (softMs >= operationMs) {
    warnings.push(
      `SOFT_DEADLINE_MS: expected less than OPERATION_DEADLINE_MS (${operationMs}), got "${softMs}"; a slow source delays every list`,
    );
  }
  return warnings;
}
