import { useRef } from "preact/hooks";

/** How long after a run was seen to go on its outputs are waited for. */
const LATE_MS = 60_000;

/** How far an answer tells what was printed. */
export interface Printed {
  readonly isFinal: boolean;
  /** False if some output is over and not known. */
  readonly isKnown: boolean;
}

/** True while more may be told: while it goes on, and for a minute after somebody saw that, if its outputs are not known yet. */
export function createPatience(now: () => number): (printed: Printed) => boolean {
  let openAt = Number.NEGATIVE_INFINITY;
  return ({ isFinal, isKnown }) => {
    if (!isFinal) openAt = now();
    return !isFinal || (!isKnown && now() - openAt < LATE_MS);
  };
}

/** The same for as long as a part of the page is shown. */
export function usePatience(): (printed: Printed) => boolean {
  const patience = useRef<ReturnType<typeof createPatience> | null>(null);
  patience.current ??= createPatience(() => Date.now());
  return patience.current;
}
