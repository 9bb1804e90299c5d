import type { Layer, Members } from "../../../src/emulator/http/index.ts";
import { changingBodies } from "./bodies.ts";

/**
 * Oddities of shape that documents, samples or sibling actions of the vendor show, put over whatever is answered:
 *
 * - `xml`: XML though JSON was asked for
 * - `numbers-as-text`, `flags-as-text` (`True`, `False`)
 * - `lower-case-statuses`, `padded-statuses` (a blank in front)
 * - `times-without-zone`, `times-without-seconds`, `times-with-blank` (wall clock of UTC+8)
 * - `single-as-object`: a list of one is the one; `empty-as-text`: an empty list is `""`
 * - `flat-lists`: `{"Invocation": […]}` is the list itself; `tags-misplaced`: Tags lie in InvokeInstances
 * - `parameters-as-object`, `parameters-missing`
 * - `empty-as-null`, `empty-as-blank`: what `""` says to most members
 * - `unwrapped-results`, `ids-missing`: InvokeId and CommandId are not said in results
 * - `unknown-members`: members that no document has
 */
export type Quirk =
  | "xml"
  | "numbers-as-text"
  | "flags-as-text"
  | "lower-case-statuses"
  | "padded-statuses"
  | "times-without-zone"
  | "times-without-seconds"
  | "times-with-blank"
  | "single-as-object"
  | "empty-as-text"
  | "flat-lists"
  | "tags-misplaced"
  | "parameters-as-object"
  | "parameters-missing"
  | "empty-as-null"
  | "empty-as-blank"
  | "unwrapped-results"
  | "ids-missing"
  | "unknown-members";

type Change = (value: unknown, name: string) => unknown;

const STATUS = /Status$/;
const TIME = /Time$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** How each oddity changes a member, from the innermost out; `undefined` takes it away. */
const CHANGES: Readonly<Record<Exclude<Quirk, "xml">, Change>> = {
  "numbers-as-text": (value) => (typeof value === "number" ? String(value) : value),
  "flags-as-text": (value) => (typeof value === "boolean" ? (value ? "True" : "False") : value),
  "lower-case-statuses": (value, name) => onText(value, name, STATUS, (text) => text.toLowerCase()),
  "padded-statuses": (value, name) => onText(value, name, STATUS, (text) => ` ${text}`),
  "times-without-zone": (value, name) => onInstant(value, name, (text) => text.replace("Z", "")),
  "times-without-seconds": (value, name) => onInstant(value, name, (text) => text.replace(/:\d{2}Z$/, "Z")),
  "times-with-blank": (value, name) => onInstant(value, name, toWallClock),
  "single-as-object": (value) => (Array.isArray(value) && value.length === 1 ? value[0] : value),
  "empty-as-text": (value) => (Array.isArray(value) && value.length === 0 ? "" : value),
  "flat-lists": (value) => (isMembers(value) ? flatten(value) : value),
  "tags-misplaced": (value) => (isMembers(value) ? misplaceTags(value) : value),
  "parameters-as-object": (value, name) =>
    name === "Parameters" && typeof value === "string" ? JSON.parse(value) : value,
  "parameters-missing": (value, name) => (name === "Parameters" ? undefined : value),
  "empty-as-null": (value) => (value === "" ? null : value),
  "empty-as-blank": (value) => (value === "" ? " " : value),
  "unwrapped-results": (value) => (isMembers(value) ? unwrap(value) : value),
  "ids-missing": (value) => (isMembers(value) ? dropIds(value) : value),
  "unknown-members": (value) => (isMembers(value) ? { ...value, ExpectedSurprise: { Of: ["tomorrow"] } } : value),
};

/** Puts oddities over every body, one after another in the order given. */
export function createQuirks(quirks: () => readonly Quirk[]): Layer {
  return (next) => (call) => {
    if (quirks().length === 0) return next(call);
    const format = quirks().includes("xml") ? "xml" : call.format;
    return changingBodies(next, { ...call, format }, (body) => applyQuirks(quirks(), body));
  };
}

function applyQuirks(quirks: readonly Quirk[], body: Members): Members {
  let changed: unknown = body;
  for (const quirk of quirks) if (quirk !== "xml") changed = change(changed, "", CHANGES[quirk]);
  return changed as Members;
}

function change(value: unknown, name: string, how: Change): unknown {
  if (Array.isArray(value))
    return how(
      value.map((item) => change(item, name, how)),
      name,
    );
  if (!isMembers(value)) return how(value, name);
  const members = Object.entries(value).map(([key, member]) => [key, change(member, key, how)] as const);
  return how(Object.fromEntries(members.filter(([, member]) => member !== undefined)), name);
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function onText(value: unknown, name: string, which: RegExp, how: (text: string) => string): unknown {
  return typeof value === "string" && value !== "" && which.test(name) ? how(value) : value;
}

function onInstant(value: unknown, name: string, how: (text: string) => string): unknown {
  return onText(value, name, TIME, (text) => (INSTANT.test(text) ? how(text) : text));
}

function toWallClock(text: string): string {
  return new Date(Date.parse(text) + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

function flatten(members: Members): unknown {
  const [only, ...others] = Object.values(members);
  return others.length === 0 && Array.isArray(only) ? only : members;
}

function misplaceTags(members: Members): Members {
  const { Tags, InvokeInstances, ...rest } = members;
  if (!isMembers(Tags) || !isMembers(InvokeInstances)) return members;
  return { ...rest, InvokeInstances: { ...InvokeInstances, Tags: Tags.Tag } };
}

function unwrap(members: Members): Members {
  const { Invocation, ...rest } = members;
  return isMembers(Invocation) && "InvocationResults" in Invocation ? { ...rest, ...Invocation } : members;
}

function dropIds(members: Members): Members {
  if (!("InvokeRecordStatus" in members)) return members;
  const { InvokeId: _, CommandId: __, ...rest } = members;
  return rest;
}
