/** Who asks. */
export type { Fetch } from "./bounded-fetch.ts";
export { type Credentials, createGate, createOpenGate, type Gate, type GateOptions } from "./gate.ts";
export type { Refusal } from "./refusal.ts";
