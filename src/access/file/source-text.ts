import { isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";

/** A place in the file: keys and indexes from the top. */
export type Place = readonly (string | number)[];

/** The text of an access file, YAML or JSON, with the line of every place. */
export interface SourceText {
  /** What it says, as plain data. */
  readonly content: unknown;
  /** Faults of the notation itself. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
  /** Line of the place, counted from 1; of what surrounds it if it is not there. */
  lineOf(place: Place): number;
  /** What stands at the place; undefined if nothing does. */
  valueAt(place: Place): unknown;
}

/** Reads the notation. JSON is YAML. Aliases that multiply are refused. */
export function readSourceText(text: string): SourceText {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, strict: true, uniqueKeys: true });
  const faults = document.errors.map(({ pos, message }) => ({ line: counter.linePos(pos[0]).line, message }));
  const content = faults.length === 0 ? toPlain(() => document.toJS({ maxAliasCount: 100 }), faults) : undefined;
  return {
    content,
    faults,
    lineOf: (place) => lineOf(document.contents, place, (offset) => counter.linePos(offset).line),
    valueAt: (place) =>
      place.reduce<unknown>((value, step) => {
        if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
        return (value as Record<string | number, unknown>)[step];
      }, content),
  };
}

function toPlain(read: () => unknown, faults: { line: number; message: string }[]): unknown {
  try {
    return read();
  } catch {
    faults.push({ line: 1, message: "expected aliases that stand for little, got too many" });
    return undefined;
  }
}

function lineOf(root: unknown, place: Place, toLine: (offset: number) => number): number {
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
  return offset === undefined ? 1 : toLine(offset);
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
