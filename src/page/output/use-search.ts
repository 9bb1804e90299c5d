import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { useKeys } from "../parts/keys.ts";
import { findAll, type Matches } from "../text/find.ts";

/** A search within an output. */
export interface Search {
  readonly wanted: string;
  readonly matches: Matches;
  /** Index of the match that the reader is at; -1 while there is none. */
  readonly current: number;
  look(wanted: string): void;
  move(step: number): void;
}

/** Searches as the reader types; n and N go from match to match. `show` brings an offset into view. */
export function useSearch(text: string, show: (offset: number) => void): Search {
  // One state, set by what the reader did: an effect that went to the first match could come after the next key.
  const [place, setPlace] = useState({ wanted: "", at: 0 });
  const { wanted, at } = place;
  const matches = useMemo(() => findAll(text, wanted), [text, wanted]);
  const count = matches.starts.length;
  const current = Math.min(at, count - 1);
  const offset = matches.starts[current];
  // With the drawing: an effect after it could scroll back what the next key has scrolled.
  useLayoutEffect(() => (offset === undefined ? undefined : show(offset)), [place]);
  const look = (next: string): void => setPlace({ wanted: next, at: 0 });
  const move = (step: number): void => {
    if (count > 0) setPlace((from) => ({ ...from, at: (Math.min(from.at, count - 1) + step + count) % count }));
  };
  useKeys({ n: () => move(1), N: () => move(-1) });
  return { wanted, matches, current, look, move };
}
