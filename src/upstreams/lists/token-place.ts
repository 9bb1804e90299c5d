import { createHash } from "node:crypto";
import type { Place } from "../contract/index.ts";

/** What a token place carries beside the vendor's token. */
export interface TokenPlace {
  readonly token: string;
  /** How many records lie before it. */
  readonly passed: number;
  /** How many answers lie before it. */
  readonly answers: number;
  /** Fingerprint of the token that was given after as many answers as the last power of two. */
  readonly mark: string;
  /** How many answers without any new record lie directly before it. */
  readonly barren: number;
  /** Fingerprint of the last record before it; empty if that is not known. */
  readonly last: string;
}

/** As plain data. */
export function sealTokenPlace({ token, passed, answers, mark, barren, last }: TokenPlace): Place {
  return { token: JSON.stringify([passed, answers, mark, barren, token, last]) };
}

/** Null for a text that no list has made. */
export function openTokenPlace(text: string): TokenPlace | null {
  try {
    const parts: unknown = JSON.parse(text);
    if (!Array.isArray(parts)) return null;
    const [passed, answers, mark, barren, token, last = ""] = parts as unknown[];
    if (typeof token !== "string" || typeof mark !== "string" || typeof last !== "string") return null;
    if (![passed, answers, barren].every((count) => Number.isSafeInteger(count))) return null;
    return { token, passed: Number(passed), answers: Number(answers), mark, barren: Number(barren), last };
  } catch {
    return null;
  }
}

/** An answer in token mode. */
export interface TokenAnswer {
  readonly length: number;
  /** The name of its last record; null if it has none, or nobody asks for it. */
  readonly lastName: string | null;
  /** True if its last record lay before it already. */
  readonly isAgain: boolean;
}

/**
 * The place behind an answer; null if its token has been there before, so that the list goes round in a circle. One token is
 * remembered, and another one each time that the number of answers has doubled (Brent's algorithm): a circle of any length
 * shows after at most three times its length.
 */
export function nextTokenPlace(
  from: TokenPlace | null,
  token: string,
  { length, lastName, isAgain }: TokenAnswer,
): TokenPlace | null {
  const print = printOf(token);
  if (from?.mark === print || from?.token === token) return null;
  const answers = (from?.answers ?? 0) + 1;
  const isPowerOfTwo = (answers & (answers - 1)) === 0;
  return {
    token,
    passed: (from?.passed ?? 0) + length,
    answers,
    mark: from === null || isPowerOfTwo ? print : from.mark,
    barren: length === 0 || isAgain ? (from?.barren ?? 0) + 1 : 0,
    last: lastName === null ? (from?.last ?? "") : printOf(lastName),
  };
}

/** True for the name of the last record that lies before a place. */
export function isLastBefore({ last }: TokenPlace, name: string): boolean {
  return last === printOf(name);
}

function printOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 8);
}
