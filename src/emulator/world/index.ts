/** The words of a world, and the generated one that is alive. */
export type {
  CommandRecord,
  Execution,
  InstanceRecord,
  Label,
  Region,
  Run,
  RunRecord,
  RunSettings,
} from "./model.ts";
export { createRandom, hash, pick, randomText } from "./random.ts";
export { growWorld } from "./timeline.ts";
