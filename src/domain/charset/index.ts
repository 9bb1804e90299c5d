/** Which charset the bytes of an output are in, and where its characters begin. Knows bytes only: no output, no room. */

export { measureOf } from "./measure.ts";
export { canonicalName } from "./names.ts";
export type { Piece } from "./piece.ts";
export { planPieces } from "./plan.ts";
export { planAs } from "./plan-as.ts";
