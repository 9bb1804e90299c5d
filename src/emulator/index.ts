/**
 * A small Alibaba: one HTTP server that speaks the Cloud Assistant parts of ECS and SWAS as the vendor does, with its own
 * world behind it. It stands in for the upstream and knows nothing of the gateway; it shares no code with it,
 * so that each proves the other.
 */
export { describeEmulator } from "./describe.ts";
export type { Emulator, EmulatorOptions } from "./emulator.ts";
export { createEmulator } from "./emulator.ts";
export { createFaults } from "./faults/index.ts";
