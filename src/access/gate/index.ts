/** Who asks. */
export type { Fetch } from "./bounded-fetch.ts";
export { type Credentials, createGate, createOpenGate, type Gate } from "./gate.ts";
export { toNetwork } from "./network.ts";
export type { Refusal } from "./refusal.ts";
