import { isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { Fault, Place } from "./fault.ts";

/** The text of a file, YAML or JSON, with the line of every place. */
export interface SourceText {
  /** What it says, as plain data; undefined if it cannot be read. */
  readonly content: unknown;
  /** Why it cannot be read, a sentence for each fault of the notation. Nothing of the text is in them. */
  readonly problems: readonly string[];
  /** File and line where the place stands, as `access.yml:12`. */
  whereIs(place: Place): string;
  /** One sentence with file, line, place, what was expected and what came. */
  describe(fault: Fault): string;
}

const MAX_FILE_LENGTH = 1_000_000;
const MAX_ALIASES = 100;

/**
 * Reads the notation. JSON is YAML. Aliases that multiply, and more than a million characters, are refused.
 * @param isSecret of the places whose values no sentence may show
 */
export function readSourceText(text: string, fileName: string, isSecret: (place: Place) => boolean): SourceText {
  if (text.length > MAX_FILE_LENGTH) {
    const problem = `${fileName}: expected at most ${MAX_FILE_LENGTH} characters, got ${text.length}.`;
    return { content: undefined, problems: [problem], whereIs: () => `${fileName}:1`, describe: () => problem };
  }
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const problems = document.errors.map(
    ({ pos, code }) => `${fileName}:${counter.linePos(pos[0]).line}: expected JSON or YAML, got ${code}.`,
  );
  const content = problems.length === 0 ? toPlain(document, fileName, problems) : undefined;
  const whereIs = (place: Place): string => {
    const offset = offsetAt(document.contents, place);
    return `${fileName}:${offset === undefined ? 1 : counter.linePos(offset).line}`;
  };
  return {
    content,
    problems,
    whereIs,
    describe({ place, expected, got = describeValue(valueAt(content, place), isSecret(place)), hint }) {
      const name = place.length === 0 ? "the file" : formatPlace(place);
      return `${whereIs(place)}: \`${name}\`: expected ${expected}, got ${got}.${hint === undefined ? "" : ` ${hint}`}`;
    },
  };
}

function toPlain(document: ReturnType<typeof parseDocument>, fileName: string, problems: string[]): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    problems.push(`${fileName}:1: expected aliases that stand for little, got too many.`);
    return undefined;
  }
}

/** True if a text may hold a secret: a key of the gateway, or a URL with a password, a query or a fragment. */
export function mayHoldSecret(text: string): boolean {
  return /cag_|@|:\/\/.*[?#]/s.test(text);
}

function formatPlace(place: Place): string {
  return place
    .map((step, at) => (typeof step === "number" ? `[${step}]` : `${at > 0 ? "." : ""}${nameStep(step)}`))
    .join("");
}

const nameStep = (step: string): string => (mayHoldSecret(step) ? "(not shown)" : step);

function valueAt(content: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined,
    content,
  );
}

// A key that was written in place of its hash, or a URL with its password, must not get into a log.
function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return "a map";
  if (isSecret || (typeof value === "string" && mayHoldSecret(value))) return `a ${typeof value} that is not shown`;
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Where the place begins; what surrounds it if it is not there. */
function offsetAt(root: unknown, place: Place): number | undefined {
  let node = root;
  let offset = offsetOf(root);
  for (const step of place) {
    const pair = isMap(node) ? node.items.find((item) => isPair(item) && String(item.key) === String(step)) : undefined;
    if (pair !== undefined) {
      offset = offsetOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      const child: unknown =
        isNode(node) && "get" in node && typeof node.get === "function" ? node.get(step, true) : undefined;
      if (child === undefined) break;
      offset = offsetOf(child) ?? offset;
      node = child;
    }
  }
  return offset;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
