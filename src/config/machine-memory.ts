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
