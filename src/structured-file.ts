import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { nearestOf } from "./misspelt.ts";

/** A JSON or YAML file as data, and where in the file each part of it stands. */
export interface StructuredFile {
  readonly content: unknown;
  /** Line of a part, counted from 1; of its nearest container if it is missing. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Reads JSON or YAML, which contains JSON.
 * @throws FileProblem if the file cannot be read, or is neither; nothing of its content is in the message.
 */
export function parseStructuredFile(path: string, readFile: (path: string) => string): StructuredFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, readFile), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new FileProblem(`expected JSON or YAML, got ${error.code} in line ${lines.linePos(error.pos[0]).line}`);
  }
  const lineOf = (place: readonly PropertyKey[]): number => {
    for (let length = place.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(place.slice(0, length), true);
      const range = typeof node === "object" && node !== null && "range" in node ? node.range : null;
      if (Array.isArray(range)) return lines.linePos(Number(range[0])).line;
    }
    return 1;
  };
  return { content: document.toJS(), lineOf };
}

/** Why a file cannot be used; the message continues "ACCOUNTS_FILE: …". */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
}

function readText(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new FileProblem(`expected a readable JSON or YAML file, got ${JSON.stringify(path)}${code}`);
  }
}

/** A mapping that knows its keys: a key that is none of them is refused with the nearest one. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : "a mapping"),
  });
}

/** Refuses what an inner schema refused, each place as it said. */
export function refuse(error: z.ZodError, context: z.core.$RefinementCtx): never {
  for (const issue of error.issues) context.issues.push({ ...issue, input: context.value } as z.core.$ZodRawIssue);
  return z.NEVER;
}

/** One wrong place of a file. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  /** Continues "… (accounts.yml, line 4): ". */
  readonly says: string;
}

/** Keys whose value may be shown when it is wrong; every other one may be a secret, or stand where one belongs. */
const SHOWN = new Set(["type", "alias", "durationSeconds", "disableImdsV1", "ecsRegions", "swasRegions"]);

/** The places of a file that a schema of {@link mapping}s refuses. Each message of the schema says what it expects. */
export function describeMisfits(error: z.ZodError, content: unknown): readonly Misfit[] {
  return error.issues.flatMap((issue): readonly Misfit[] => {
    if (issue.code !== "unrecognized_keys") {
      return [{ path: issue.path, says: `expected ${issue.message}, ${describeGot(issue.path, content)}` }];
    }
    const known = issue.message.split(" ");
    return issue.keys.map((key) => ({ path: [...issue.path, key], says: describeUnknownKey(key, known) }));
  });
}

/** One place as people write it, such as `accounts[0].credentials.type`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at > 0 ? "." : ""}${String(key)}`)).join("");
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  const { setting, slips } = nearestOf(key, known);
  const isNear = slips <= Math.max(2, key.length / 3);
  return `expected one of ${known.join(", ")}, got this key${isNear ? `; is \`${setting}\` meant?` : ""}`;
}

function describeGot(path: readonly PropertyKey[], content: unknown): string {
  const value = path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined),
    content,
  );
  if (value === undefined) return "it is missing";
  if (value === null) return "got nothing";
  if (typeof value === "object") return Array.isArray(value) ? "got a list" : "got a mapping";
  const key = path.findLast((one) => typeof one === "string");
  return SHOWN.has(String(key)) ? `got ${JSON.stringify(value)}` : `got a ${typeof value} that is not shown`;
}
