import { type Source, sourceKey } from "#domain";
import type { ListRecord } from "../contract/index.ts";
import { cutSpans } from "../contract/index.ts";

/**
 * What a keeper in memory let go, by source. A list that is being read on may be written back as it was known before, and must
 * not claim again what went meanwhile.
 */
export interface Cuts {
  /** The mark of what is known now. */
  basis(source: Source): string;
  /** Notes that runs of these times went; epoch milliseconds, both included. */
  note(source: Source, oldest: number, newest: number): void;
  /** The record without what went since it was read. */
  apply(source: Source, record: ListRecord): ListRecord;
}

interface Cut {
  readonly oldest: number;
  readonly newest: number;
}

/** Cuts that are remembered one by one; a record that is older than all of them loses its spans. */
const CUTS_MAX = 1_000;

/** Starts without cuts. @param keeper name that no other keeper of the process has */
export function createCuts(keeper: string): Cuts {
  const known = new Map<string, { first: number; cuts: Cut[] }>();
  const of = (source: Source) => known.get(sourceKey(source)) ?? { first: 0, cuts: [] };
  const basis = (source: Source): string => {
    const { first, cuts } = of(source);
    return `${keeper}:${first + cuts.length}`;
  };
  return {
    basis,
    note(source, oldest, newest) {
      const own = of(source);
      own.cuts.push({ oldest, newest });
      if (own.cuts.length > CUTS_MAX) own.first += own.cuts.splice(0, CUTS_MAX / 2).length;
      known.set(sourceKey(source), own);
    },
    apply(source, record) {
      const { first, cuts } = of(source);
      const [name, number] = record.basis.split(":");
      const later = name === keeper && Number(number) >= first ? cuts.slice(Number(number) - first) : null;
      const spans = later?.reduce((left, { oldest, newest }) => cutSpans(left, oldest, newest), record.spans) ?? [];
      return { ...record, spans, basis: basis(source) };
    },
  };
}
