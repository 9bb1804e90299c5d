import type { Product } from "./model.ts";

/** Which generation of the vendor's documents the answers follow. */
export type Generation = "today";

/** Refuses what a generation did not know. */
export function checkGeneration(_g: Generation, _p: Product, _a: string, _params: ReadonlyMap<string, string>): void {}

/** Puts an answer of today into the shape of a generation. */
export function toGeneration(_generation: Generation, _action: string, body: object): object {
  return body;
}
