import { type Clock, type ReadFrom, type Source, type Telemetry, UpstreamError } from "#domain";
import type { CallAnswer } from "#wire";
import type { ZonePolicy } from "./time.ts";

/** What one answer is read with: where it came from, and whom to tell of what cannot be read in it. */
export interface Reading {
  readonly source: Source;
  readonly action: string;
  readonly requestId: string | null;
  /** What records of this answer say of it; null if it has no id, or nothing that is kept is read. */
  readonly readFrom: ReadFrom | null;
  /** When the answer came, in epoch milliseconds; null if nothing that is kept is read. */
  readonly asOf: number | null;
  readonly zones: ZonePolicy;
  /** True if U+FFFD may stand for bytes that were lost on the way. */
  readonly isDamaged: boolean;
  /** Tells of a part that cannot be read and is left out; once per action and text. */
  warn(what: string): void;
  /** Tells of a word that no table knows; once per field and word. */
  unknownWord(field: string, word: string): void;
  /** Gives the answer, or the record it is thrown in, up: an UpstreamError `BAD_RESPONSE` with action and request id. */
  fail(what: string): never;
}

/** Starts the reading of one answer. */
export type Reader = (action: string, answer: CallAnswer) => Reading;

/** How many different complaints one adapter remembers; a hostile upstream could invent new ones without end. */
const REMEMBERED = 1000;

/** One reader per adapter: it remembers what has been told already. */
export function createReader(options: {
  readonly source: Source;
  readonly telemetry: Telemetry;
  readonly zones: ZonePolicy;
  /** Absent if nothing that is kept is read. */
  readonly clock?: Pick<Clock, "now">;
}): Reader {
  const { source, telemetry, zones, clock } = options;
  const isNews = createMemory();
  const read = (action: string, answer: CallAnswer, asOf: number | null): Reading => ({
    source,
    action,
    requestId: answer.requestId,
    readFrom:
      answer.requestId === null || asOf === null
        ? null
        : { requestId: answer.requestId, asOf: new Date(asOf).toISOString() },
    asOf,
    zones,
    isDamaged: answer.isDamaged === true,
    warn(what) {
      if (!isNews(`${action} ${what}`)) return;
      const details = { ...source, action, requestId: answer.requestId };
      telemetry.notice({ level: "warn", message: `upstream answer: ${what}`, details });
    },
    unknownWord(field, word) {
      if (isNews(`${field}=${word}`)) telemetry.unknownWord({ source, field, word });
    },
    fail(what) {
      throw badResponse(source, action, answer.requestId, what);
    },
  });
  return (action, answer) => read(action, answer, clock?.now() ?? null);
}

/** An answer that was carried well and cannot be understood. */
export function badResponse(source: Source, action: string, requestId: string | null, what: string): UpstreamError {
  return new UpstreamError({
    code: "BAD_RESPONSE",
    message: `${source.provider} ${source.regionId} ${action} of account ${source.account}: ${what}`,
    source,
    action,
    upstreamCode: null,
    httpStatus: 200,
    requestId,
    retryable: false,
    retryAfterMs: null,
  });
}

function createMemory(): (text: string) => boolean {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text) || told.size >= REMEMBERED) return false;
    told.add(text);
    return true;
  };
}
