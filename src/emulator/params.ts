import { ApiError, missingParameter } from "./errors.ts";
import type { Label } from "./model.ts";

/** Reads the parameters of one request. Empty values count as absent. */
export interface Parameters {
  text(name: string): string | undefined;
  /** @throws ApiError `MissingParameter.<name>` */
  required(name: string): string;
  /** `true` and `false` in any case. @throws ApiError `InvalidParameter` for any other word. */
  flag(name: string): boolean | undefined;
  /** @throws ApiError with the given code where the value is no whole number. */
  integer(name: string, code: string): number | undefined;
  /** `Name.1`, `Name.2` … in order. */
  list(name: string): readonly string[];
  /** One parameter that holds a JSON array of texts. @throws ApiError `InvalidParameter`. */
  jsonList(name: string): readonly string[] | undefined;
  /** `Tag.N.Key` and `Tag.N.Value`. @throws ApiError where there are over twenty or one lacks its key. */
  tags(): readonly Label[];
}

const MAX_TAGS = 20;

/** A reader over decoded parameters. */
export function createParameters(values: ReadonlyMap<string, string>): Parameters {
  const text = (name: string) => values.get(name)?.trim() || undefined;
  return {
    text,
    required(name) {
      const value = text(name);
      if (value === undefined) throw missingParameter(name);
      return value;
    },
    flag(name) {
      const value = text(name)?.toLowerCase();
      if (value === undefined || value === "true" || value === "false") return value && value === "true";
      throw new ApiError("InvalidParameter", { message: `The specified parameter ${name} is not valid.` });
    },
    integer(name, code) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^-?\d{1,15}$/.test(value)) throw new ApiError(code);
      return Number(value);
    },
    list(name) {
      const found: string[] = [];
      for (let n = 1; ; n += 1) {
        const value = values.get(`${name}.${n}`);
        if (value === undefined) return found;
        found.push(value);
      }
    },
    jsonList(name) {
      const value = text(name);
      return value === undefined ? undefined : parseTexts(name, value);
    },
    tags: () => readTags(values),
  };
}

function parseTexts(name: string, value: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string")) return parsed;
  } catch {
    // falls through to the one answer for everything that is no list of texts
  }
  throw new ApiError("InvalidParameter", { message: `The specified parameter ${name} is not valid.` });
}

function readTags(values: ReadonlyMap<string, string>): readonly Label[] {
  const tags: Label[] = [];
  for (const [name, value] of values) {
    const number = /^Tag\.(\d+)\.(Key|Value)$/.exec(name)?.[1];
    if (number === undefined || tags.some((tag) => tag.key === values.get(`Tag.${number}.Key`))) continue;
    const key = name.endsWith(".Key") ? value : values.get(`Tag.${number}.Key`);
    if (!key) throw new ApiError("MissingParameter.TagKey");
    tags.push({ key, value: values.get(`Tag.${number}.Value`) ?? "" });
  }
  if (tags.length > MAX_TAGS) throw new ApiError("NumberExceed.Tags");
  return tags;
}
