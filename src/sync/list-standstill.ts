import type { ListStop } from "./list-notes.ts";

/** Why a list is not read on any more, and whether this is as good as its end. */
export interface Standstill extends Pick<ListStop, "why" | "isEnd"> {
  /** True if the reason may be gone already, such as a keeper that is too small: the next one who gets there tries again. */
  readonly isTriedAgain?: boolean;
}

/** Whatever page is read. */
export const ENDED: Standstill = {
  why: "Nothing shows behind what is known, although the list tells of more.",
  isEnd: true,
};
export const REPEATED: Standstill = { why: "The list shows the same runs again and again.", isEnd: true };
export const DEAD: Standstill = {
  why: "The list cannot be read on: the upstream refuses the tokens that it gives.",
  isEnd: false,
};
export const FLAPPING: Standstill = {
  why: "The list cannot be read on: it answers now in pages, now in tokens.",
  isEnd: false,
};
export const ENDLESS: Standstill = {
  why: "The list of runs goes on without showing anything new.",
  isEnd: false,
  isTriedAgain: true,
};
