import { ApiError, invalidParameter, missingParameter } from "../http/index.ts";
import type { Label } from "../world/index.ts";

/** The parameters of a request, decoded. */
export type Raw = ReadonlyMap<string, string>;

/** Reads one parameter. Empty values count as absent. @throws ApiError */
export type Reader<V> = (values: Raw, name: string) => V;

/** The parameters that an action knows, each with its reader; what it does not know is ignored, as the vendor does. */
export type Table = Readonly<Record<string, Reader<unknown>>>;

/** What was read by a table. */
export type Values<T extends Table> = { readonly [Name in keyof T]: T[Name] extends Reader<infer V> ? V : never };

/** Makes the encoded text of a command or an output. */
export type Encoder = (bytes: Uint8Array) => string;

const MAX_TAGS = 20;

/** Reads every parameter of a table, in its order. @throws ApiError for the first that cannot be read. */
export function readParameters<T extends Table>(table: T, values: Raw): Values<T> {
  return Object.fromEntries(Object.entries(table).map(([name, read]) => [name, read(values, name)])) as Values<T>;
}

/** A text, trimmed. */
export const text: Reader<string | undefined> = (values, name) => values.get(name)?.trim() || undefined;

/** `MissingParameter.<name>` if it is absent. */
export const required: Reader<string> = (values, name) => {
  const value = text(values, name);
  if (value === undefined) throw missingParameter(name);
  return value;
};

/** `MissingParameter.<name>` if it is absent, else as it is read otherwise. */
export function mandatory<V>(read: Reader<V>): Reader<V> {
  return (values, name) => {
    required(values, name);
    return read(values, name);
  };
}

/** `true` and `false` in any case. */
export const flag: Reader<boolean | undefined> = (values, name) => {
  const value = text(values, name)?.toLowerCase();
  if (value === undefined || value === "true" || value === "false") return value && value === "true";
  throw invalidParameter(name);
};

/** A whole number, else the given code. */
export function integer(code: string): Reader<number | undefined> {
  return (values, name) => {
    const value = text(values, name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value)) throw new ApiError(code);
    return Number(value);
  };
}

/** One of some words, else the given code. */
export function oneOf(code: string, ...words: readonly string[]): Reader<string | undefined> {
  return (values, name) => {
    const value = text(values, name);
    if (value !== undefined && !words.includes(value)) throw new ApiError(code);
    return value;
  };
}

/** At most fifty ids as `Name.1`, `Name.2` … */
export const ids: Reader<readonly string[] | undefined> = (values, name) => {
  const found: string[] = [];
  for (let value = values.get(`${name}.1`); value !== undefined; value = values.get(`${name}.${found.length + 1}`)) {
    found.push(value);
  }
  return found.length === 0 ? undefined : atMost(50, found, "InstanceIds.ExceedLimit");
};

/** One parameter that holds a JSON array of at most so many texts, else the given code. */
export function jsonIds(max: number, code: string): Reader<readonly string[] | undefined> {
  return (values, name) => {
    const value = text(values, name);
    return value === undefined ? undefined : atMost(max, parseTexts(name, value), code);
  };
}

function atMost<T>(max: number, list: readonly T[], code: string): readonly T[] {
  if (list.length > max) throw new ApiError(code);
  return list;
}

function parseTexts(name: string, value: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string")) return parsed;
  } catch {
    // falls through to the one answer for everything that is no list of texts
  }
  throw invalidParameter(name);
}

/** `Tag.N.Key` and `Tag.N.Value`: at most twenty, each with a key. */
export const tags: Reader<readonly Label[]> = (values) => {
  const found: Label[] = [];
  for (const name of values.keys()) {
    const number = /^Tag\.(\d+)\.(Key|Value)$/.exec(name)?.[1];
    if (number === undefined) continue;
    const key = values.get(`Tag.${number}.Key`);
    if (!key) throw new ApiError("MissingParameter.TagKey");
    if (!found.some((tag) => tag.key === key)) found.push({ key, value: values.get(`Tag.${number}.Value`) ?? "" });
  }
  return atMost(MAX_TAGS, found, "NumberExceed.Tags");
};

/** `ContentEncoding`: text as it is, or base64. */
export const encoding: Reader<Encoder> = (values, name) => {
  const value = text(values, name) ?? "Base64";
  if (value === "Base64") return toBase64;
  if (value === "PlainText") return toPlainText;
  throw invalidParameter(name);
};

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Bytes as UTF-8 text; what does not fit is replaced, and so lost. */
export function toPlainText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
