/**
 * A small Alibaba: one HTTP server that speaks the Cloud Assistant parts of ECS and SWAS as the vendor does, with its own
 * world behind it. It stands in for the upstream and knows nothing of the gateway; it shares no code with it,
 * so that each proves the other.
 */
export { describeEmulator } from "./describe.ts";
export type { DriftOptions } from "./drift.ts";
export type { Emulator, EmulatorOptions } from "./emulator.ts";
export { createEmulator } from "./emulator.ts";
export type { ErrorForm, Fault, FaultRule } from "./faults.ts";
export type { Generation } from "./generation.ts";
export { GENERATIONS } from "./generation.ts";
export type { RecordedCall } from "./handler.ts";
export type { InstanceRecord, Label, Product, RecordStatus } from "./model.ts";
export { parseEmulatorFaults } from "./parse-faults.ts";
export type { Quirk } from "./quirks.ts";
export type { EmulatorKey } from "./verify.ts";
export type {
  CommandInput,
  ExecutionInput,
  InstanceInput,
  InvocationInput,
  RecordInput,
  RegionInput,
  TimeInput,
  World,
  WorldInput,
} from "./world.ts";
export { createWorld } from "./world.ts";
export type { WorldHandle } from "./world-handle.ts";
