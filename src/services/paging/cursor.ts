import { createHash } from "node:crypto";
import { InputError, type Source, sourceRank } from "#domain";
import type { Position } from "#store";
import type { Sealer } from "../contract/index.ts";
import {
  type ByteReader,
  createByteReader,
  createByteWriter,
  readPosition,
  type SourceNumbers,
  writePosition,
} from "./place-text.ts";

/** Runs of a source that were shown although runs in front of them may not be known yet. */
export interface ShownAhead {
  /** Numbers that stand for the runs. */
  readonly prints: ReadonlySet<number>;
  /** Creation time of the oldest one. */
  readonly until: number;
}

/** Where a walk stands in one source. */
export interface SourcePlace {
  readonly place: Position;
  /** What was shown of what lies behind the place. */
  readonly shown: ShownAhead | null;
}

/** Where a walk stands. */
export interface PageCursor {
  readonly position: Position;
  /** Sources that stand elsewhere, since they could not be read so far; by rank. */
  readonly lagging: ReadonlyMap<string, SourcePlace>;
  /** Which row of the run at the position, for lists with several rows a run. */
  readonly row: readonly string[];
}

/** Seals and opens the cursors of one list. */
export interface CursorCodec {
  seal(cursor: PageCursor): string;
  /** @throws InputError `INVALID_CURSOR` naming the argument */
  open(text: string, argument: string): PageCursor;
}

/** Cursors longer than this are none of ours: 120 characters, and 64 for each source that lags. */
const LENGTH_MAX = 120 + 64 * 200;

/** @param purpose what the list holds and in which order: a cursor fits no other list */
export function createCursorCodec(sealer: Sealer, purpose: string, sources: readonly Source[]): CursorCodec {
  const numbers = numberSources(sources);
  return {
    seal({ position, lagging, row }) {
      const writer = createByteWriter();
      writePosition(writer, position, numbers);
      writer.number(lagging.size);
      for (const [rank, { place, shown }] of lagging) {
        writer.number(numbers.numberOf(rank));
        writePosition(writer, place, withOwn(rank, numbers));
        writer.number(shown?.prints.size ?? 0);
        if (shown !== null) writer.number(shown.until);
        for (const print of shown?.prints ?? []) writer.number(print);
      }
      for (const text of row) writer.text(text);
      return sealer.seal(purpose, writer.bytes());
    },
    open(text, argument) {
      const bytes = text === "" || text.length > LENGTH_MAX ? null : sealer.open(purpose, text);
      const cursor = bytes === null ? null : read(bytes, numbers);
      if (cursor !== null) return cursor;
      throw createCursorError(argument);
    },
  };
}

/** What a cursor of another list, a damaged or an empty one is refused with. */
export function createCursorError(argument: string): InputError {
  const expected = "expected a cursor of this list with the same filter and order";
  return new InputError(
    "INVALID_CURSOR",
    `\`${argument}\`: ${expected}, got another text. Begin again without it.`,
    argument,
  );
}

function read(bytes: Uint8Array, numbers: SourceNumbers): PageCursor | null {
  try {
    const reader = createByteReader(bytes);
    const position = readPosition(reader, numbers);
    const lagging = new Map<string, SourcePlace>();
    for (let left = reader.number(); left > 0; left -= 1) {
      const rank = numbers.rankOf(reader.number());
      const place = readPosition(reader, withOwn(rank, numbers));
      const shown = readShown(reader);
      if (rank !== "") lagging.set(rank, { place, shown });
    }
    const row: string[] = [];
    while (!reader.isAtEnd()) row.push(reader.text());
    return { position, lagging, row };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readShown(reader: ByteReader): ShownAhead | null {
  const count = reader.number();
  if (count === 0) return null;
  const until = reader.number();
  return { until, prints: new Set(Array.from({ length: count }, () => reader.number())) };
}

/** One byte for the source that is spoken of. */
const OWN = 1;

function withOwn(own: string, { numberOf, rankOf }: SourceNumbers): SourceNumbers {
  return {
    numberOf: (rank) => (rank === own ? OWN : numberOf(rank)),
    rankOf: (number) => (number === OWN ? own : rankOf(number)),
  };
}

/** Numbers that follow from a source's words alone, so that every process with any list of sources agrees. */
function numberSources(sources: readonly Source[]): SourceNumbers {
  const byNumber = new Map<number, string>();
  const byRank = new Map<string, number>();
  for (const source of sources) {
    const rank = sourceRank(source);
    const number = createHash("sha256").update(rank).digest().readUInt32BE(0) + 1;
    byNumber.set(number, rank);
    byRank.set(rank, number);
  }
  return { numberOf: (rank) => byRank.get(rank) ?? 0, rankOf: (number) => byNumber.get(number) ?? "" };
}
