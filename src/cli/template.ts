import { InvalidArgumentError } from "commander";
import { readField } from "./json-fields.ts";
import { CommandError, toLine } from "./terminal/index.ts";
import { toShown } from "./terminal-line.ts";

/** A template that was read: texts, and fields to put between them. */
export type Template = readonly (string | Place)[];

interface Place {
  readonly path: string;
  /** What is written for each item of a list; the value itself is written if null. */
  readonly each: Template | null;
}

const FORMS = "{{.field}}, {{range .field}} or {{end}}";
/** Texts stand at even places, what stood in braces at odd ones. */
const BRACES = /\{\{(.*?)\}\}/s;
const ESCAPES: Readonly<Record<string, string>> = { "\\t": "\t", "\\n": "\n" };

/**
 * Reads a template such as `{{.invokeId}} {{.command.name}}`, for one row; `\t` and `\n` are a tab and a line's end.
 * `{{range .statusCounts}}{{.count}} {{end}}` writes its body for each item, in which `{{.}}` is the item. A template holds no
 * code, and a value of a row is never read as one.
 * @throws InvalidArgumentError if it has another form
 */
export function readTemplate(text: string): Template {
  const template: (string | Place)[] = [];
  const open = [template];
  text.split(BRACES).forEach((part, at) => {
    const body = open.at(-1) ?? template;
    const [, range, path] = /^\s*(range\s+)?\.([\w.]*)\s*$/.exec(part) ?? [];
    if (at % 2 === 0) body.push(readText(part));
    else if (part.trim() === "end" && open.length > 1) open.pop();
    else if (path === undefined) throw new InvalidArgumentError(`Expected ${FORMS}.`);
    else {
      const each: (string | Place)[] | null = range === undefined ? null : [];
      body.push({ path, each });
      if (each !== null) open.push(each);
    }
  });
  if (open.length > 1) throw new InvalidArgumentError("Expected {{end}} behind each {{range}}.");
  return template;
}

function readText(text: string): string {
  if (text.includes("{{")) throw new InvalidArgumentError("Expected }} behind each {{.");
  return text.replace(/\\[tn]/g, (written) => ESCAPES[written] ?? written);
}

/**
 * The template with the fields of a row: `-` for null, JSON for lists and objects, and texts as a terminal would show them in one line.
 * @throws CommandError for a field that the row does not have, and a range of what is no list
 */
export function fillTemplate(template: Template, row: unknown): string {
  return template.map((part) => (typeof part === "string" ? part : fillPlace(part, row))).join("");
}

function fillPlace({ path, each }: Place, row: unknown): string {
  const value = path === "" ? row : readField(row, path, "--template");
  if (each === null) return toLine(toShown(toText(value), false));
  if (value === null) return "";
  if (!Array.isArray(value)) throw new CommandError(`\`--template\`: expected a list behind range, got ".${path}".`);
  return value.map((item) => fillTemplate(each, item)).join("");
}

function toText(value: unknown): string {
  if (value === null) return "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
