import { InvalidArgumentError } from "commander";
import type { CommandType, InvocationStatus, Provider, StatisticsGroup } from "../client/index.ts";
import { CommandError } from "./terminal/index.ts";

const STATUSES: Readonly<Record<InvocationStatus, true>> = {
  PENDING: true,
  SCHEDULED: true,
  RUNNING: true,
  STOPPING: true,
  SUCCESS: true,
  PARTIAL_FAILED: true,
  FAILED: true,
  STOPPED: true,
  FINISHED: true,
  UNKNOWN: true,
};
const PROVIDERS: Readonly<Record<Provider, true>> = { ECS: true, SWAS: true };
const COMMAND_TYPES: Readonly<Record<CommandType, true>> = {
  RUN_SHELL_SCRIPT: true,
  RUN_BAT_SCRIPT: true,
  RUN_POWERSHELL_SCRIPT: true,
  UNKNOWN: true,
};
type Group = Exclude<StatisticsGroup, "NONE">;
const GROUPS: Readonly<Record<Group, true>> = {
  COMMAND: true,
  INSTANCE: true,
  STATUS: true,
  PROVIDER: true,
  REGION: true,
  ACCOUNT: true,
  DAY: true,
  HOUR: true,
};
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What `--by` takes. */
export const GROUP_WORDS: readonly string[] = Object.keys(GROUPS).map((group) => group.toLowerCase());

/** What `--provider` takes. */
export const PROVIDER_WORDS: readonly string[] = Object.keys(PROVIDERS).map((provider) => provider.toLowerCase());

/** Reads a list such as `failed,partial-failed`; may be given several times. */
export const readStatuses = (text: string, previous: readonly InvocationStatus[] = []) =>
  readList(STATUSES, text, previous);

/** Reads a list such as `ecs,swas`. */
export const readProviders = (text: string, previous: readonly Provider[] = []) => readList(PROVIDERS, text, previous);

/** Reads a command type; `shell`, `bat` and `powershell` will do. */
export function readCommandType(text: string): CommandType {
  const word = fold(text);
  return readWord(COMMAND_TYPES, word in COMMAND_TYPES ? word : `RUN_${word}_SCRIPT`);
}

/** Reads a list of any words. */
export function readTexts(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...splitList(text)];
}

/** Reads a duration such as `500ms`, `2s`, `10m`, `1h` or `7d` as milliseconds. */
export function readDurationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const unitMs = UNIT_MS[unit ?? ""];
  if (amount === undefined || unitMs === undefined)
    throw new InvalidArgumentError("Expected a duration such as 2s, 10m, 1h or 7d.");
  return Number(amount) * unitMs;
}

/** Reads a point in time: a duration counts back from `now`, anything else is an instant such as 2026-01-02T03:04:05Z. */
function readInstant(text: string, now: number): string {
  const given = text.trim();
  const isAge = /^[\d.]+\s*[a-z]+$/.test(given);
  // Without a zone the machine's own would decide, and the same line would mean something else elsewhere.
  const isDated = /^\d{4}-\d\d-\d\d(?:$|T.*(?:Z|[+-]\d\d:?\d\d)$)/.test(given) && isInCalendar(given.slice(0, 10));
  const instant = new Date(isAge ? now - readDurationMs(given) : given);
  // An age may lead beyond the years that a date can tell.
  if (!(isAge || isDated) || !(instant.getTime() >= YEAR_ZERO)) {
    throw new InvalidArgumentError("Expected an age such as 1h, or a time with its zone such as 2026-01-02T03:04:05Z.");
  }
  return instant.toISOString();
}

/** Clocks differ: a time that is so little ahead of this machine's may be past where it was told. */
const CLOCKS_DIFFER_MS = 60_000;

/** Reads since when runs are meant; none can be newer than now. */
export function readSince(text: string, now: number): string {
  const instant = readInstant(text, now);
  if (Date.parse(instant) <= now + CLOCKS_DIFFER_MS) return instant;
  throw new InvalidArgumentError("Expected a time that has passed.");
}

/** Reads until when runs are meant; none can be older than 1970. */
export function readUntil(text: string, now: number): string {
  const instant = readInstant(text, now);
  if (Date.parse(instant) > 0) return instant;
  throw new InvalidArgumentError("Expected a time after 1970-01-01.");
}

const YEAR_ZERO = Date.parse("0000-01-01");

// Date makes the second of March of the thirtieth of February.
function isInCalendar(day: string): boolean {
  const midnight = Date.parse(day);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** Reads a whole number from `min` to `max`. */
export function readCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= min && count <= max) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Reads what statistics have a row for. */
export function readGroup(text: string): Group {
  return readWord(GROUPS, text);
}

/** Reads a header such as `authorization: Bearer x`; may be given several times. */
export function readHeader(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text) ?? [];
  // Commander would repeat the text of an argument that it takes for wrong, and this one may be a secret.
  if (name === undefined || value === undefined || !isHeaderValue(value)) {
    throw new CommandError("`--header`: expected 'name: value', what came is not shown.");
  }
  return { ...previous, [name]: value };
}

/** True if a text can be sent as the value of a header. */
export function isHeaderValue(text: string): boolean {
  try {
    return new Headers({ "x-value": text }).has("x-value");
  } catch {
    return false;
  }
}

/** Reads a text that is not empty, as one of a variable that is not set is. */
export function readText(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected a value.");
  return text;
}

function readList<Word extends string>(
  words: Readonly<Record<Word, true>>,
  text: string,
  previous: readonly Word[],
): readonly Word[] {
  return [...previous, ...splitList(text).map((word) => readWord(words, word))];
}

function readWord<Word extends string>(words: Readonly<Record<Word, true>>, text: string): Word {
  const known = (Object.keys(words) as Word[]).find((word) => word === fold(text));
  if (known === undefined)
    throw new InvalidArgumentError(`Expected one of ${Object.keys(words).join(", ").toLowerCase()}.`);
  return known;
}

function fold(text: string): string {
  return text.trim().toUpperCase().replaceAll("-", "_");
}

function splitList(text: string): readonly string[] {
  const words = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  if (words.length === 0) throw new InvalidArgumentError("Expected a value.");
  return words;
}
