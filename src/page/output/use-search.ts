import { useEffect, useMemo, useState } from "preact/hooks";
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
  const [wanted, setWanted] = useState("");
  const [current, setCurrent] = useState(-1);
  const matches = useMemo(() => findAll(text, wanted), [text, wanted]);
  const goTo = (index: number): void => {
    const offset = matches.starts[index];
    setCurrent(offset === undefined ? -1 : index);
    if (offset !== undefined) show(offset);
  };
  useEffect(() => goTo(0), [wanted]);
  const move = (step: number): void => {
    const count = matches.starts.length;
    if (count > 0) goTo((current + step + count) % count);
  };
  useKeys({ n: () => move(1), N: () => move(-1) });
  return { wanted, matches, current, look: setWanted, move };
}
