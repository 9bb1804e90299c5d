import { parseExactJson, type Tag } from "#domain";
import type { Reading } from "./reading.ts";
import { isNever, toInstant } from "./time.ts";

/** A JSON object whose members are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for an object that is no array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for all the ways in which the upstreams say that there is nothing: absent, null, an empty or a blank text. */
export function isNothing(value: unknown): boolean {
  if (typeof value === "string") return value === "" || (!isInk(value.charCodeAt(0)) && value.trim() === "");
  return value === undefined || value === null;
}

// Nearly every text begins and ends with a visible character of ASCII, and `trim` is the dearest part of reading one.
function isInk(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** A member by its name, else by its name in any case (documents of 2017 write `Pagenumber`); undefined where there is none. */
export function pick(fields: Fields, name: string): unknown {
  if (fields[name] !== undefined) return fields[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(fields).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : fields[key];
}

/** A text as it came; null for nothing. Numbers and booleans are taken as text. */
export function readText(fields: Fields, name: string, reading: Reading): string | null {
  const value = fields[name];
  if (isNothing(value)) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return refuse(name, "a text", reading);
}

/** An id or a name of one line: a text without the blanks around it. One with a NUL is none: the ids that clients get could not hold it. */
export function readId(fields: Fields, name: string, reading: Reading): string | null {
  const text = readText(fields, name, reading);
  if (text === null) return null;
  if (text.includes("\0")) return refuse(name, "a text without NUL", reading);
  return isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1)) ? text : text.trim();
}

/** A whole number that JSON can carry exactly, also where it came as a text. */
export function readInteger(fields: Fields, name: string, reading: Reading): number | null {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (isNothing(value)) return null;
  const number = typeof value === "string" && /^\s*[+-]?\d+(\.0+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : refuse(name, "a whole number", reading);
}

/** How many there are of something; null, and told, for a number below 0. */
export function readCount(fields: Fields, name: string, reading: Reading): number | null {
  const count = readInteger(fields, name, reading);
  return count === null || count >= 0 ? count : refuse(name, "a number from 0 on", reading);
}

/** A boolean, also as `True`, `false` or any other case of them. */
export function readBoolean(fields: Fields, name: string, reading: Reading): boolean | null {
  const value = fields[name];
  if (isNothing(value)) return null;
  if (typeof value === "boolean") return value;
  const word = String(value).trim().toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  return refuse(name, "a boolean", reading);
}

/** An instant in any of the vendor's shapes; null without a notice if there is none, or it means never. */
export function readTime(fields: Fields, name: string, reading: Reading): string | null {
  const value = fields[name];
  if (isNothing(value) || (typeof value === "string" && isNever(value, reading.zones))) return null;
  const instant = typeof value === "string" ? toInstant(value, reading.zones) : null;
  return instant ?? refuse(name, "a time", reading);
}

/** Several times what the vendor lets a command with its parameters be; a longer text would take long to parse, and is not. */
const PARAMETERS_MAX_LENGTH = 65_536;

/**
 * A command's parameters, whether they came as an object or as JSON text; no text or none at all is an object without
 * members. Null for a text that holds no object, or is too long.
 */
export function readParameters(fields: Fields, name: string, reading: Reading): Fields | null {
  const value = fields[name];
  if (isNothing(value)) return {};
  if (isFields(value)) return value;
  const isParsed = typeof value === "string" && value.length <= PARAMETERS_MAX_LENGTH;
  const parsed = isParsed ? parseJson(value) : undefined;
  if (parsed === null) return {};
  const expected = `an object or its JSON text of at most ${PARAMETERS_MAX_LENGTH} characters`;
  return isFields(parsed) ? parsed : refuse(name, expected, reading);
}

/** Texts of a list: an array, one text alone, or either under an inner name; `null` as a text is none. Null if there is no list. */
export function readTexts(value: unknown, inner: string): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const list = isFields(value) ? pick(value, inner) : value;
  const members = Array.isArray(list) ? list : [list];
  return members.filter(
    (member): member is string => typeof member === "string" && !isNothing(member) && member !== "null",
  );
}

/** Tags as `{Tag: […]}`, `[…]` or one alone, named `TagKey` and `TagValue` (ECS) or `Key` and `Value` (SWAS). */
export function readTags(value: unknown, reading: Reading): readonly Tag[] {
  if (isNothing(value)) return [];
  const list = isFields(value) ? (pick(value, "Tag") ?? value) : value;
  if (isNothing(list)) return [];
  return (Array.isArray(list) ? list : [list]).flatMap((tag) => readTag(tag, reading));
}

function readTag(tag: unknown, reading: Reading): readonly Tag[] {
  if (!isFields(tag)) {
    reading.warn("a tag is no object");
    return [];
  }
  if (Object.keys(tag).length === 0) return [];
  const key = readText(tag, "TagKey", reading) ?? readText(tag, "Key", reading);
  if (key === null) reading.warn("a tag has no key");
  const value = readText(tag, "TagValue", reading) ?? readText(tag, "Value", reading) ?? "";
  return key === null ? [] : [{ key, value }];
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

function refuse(name: string, expected: string, reading: Reading): null {
  reading.warn(`${name} is not ${expected}`);
  return null;
}
