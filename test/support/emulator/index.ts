/** The emulator as tests want it: with a scripted world, faults, drift, odd shapes, and a memory of what it was asked. */

export type { DriftOptions } from "./drift.ts";
export { createEmulator, type Emulator, type EmulatorOptions } from "./emulator.ts";
export type { ErrorForm, Fault, FaultRule } from "./faults.ts";
export type { Generation } from "./generation.ts";
export type { TestKey as EmulatorKey } from "./permissions.ts";
export type { Quirk } from "./quirks.ts";
export { createWorld, type InvocationInput, type RecordInput, type RegionInput, type World } from "./world.ts";
