import { type Client, GatewayError } from "../client/index.ts";
import { CommandError } from "./exit-code.ts";
import type { Gateway } from "./gateway.ts";
import { type Style, toLine } from "./style.ts";
import type { Surroundings } from "./surroundings.ts";

/** What every command works with. */
export interface Context {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly surroundings: Surroundings;
  /** For standard output. */
  readonly style: Style;
  readonly hasColours: boolean;
  readonly isJson: boolean;
  /** Fields to write as JSON; all of them if null. */
  readonly fields: readonly string[] | null;
  /** What the command has to own up to at its end. */
  readonly report: { isIncomplete: boolean };
}

/** Writes a value for programs. */
export function writeJson({ surroundings }: Context, value: unknown): void {
  surroundings.output.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Writes rows for programs: those fields of each that were asked for, or else `whole`.
 * @throws CommandError for a field that the rows do not have.
 */
export function writeRows(context: Context, rows: readonly object[], whole: unknown): void {
  const { fields } = context;
  writeJson(context, fields === null ? whole : rows.map((row) => pick(row, fields)));
}

function pick(row: object, fields: readonly string[]): object {
  return Object.fromEntries(fields.map((field) => [field, readField(row, field)]));
}

function readField(row: object, field: string): unknown {
  return field.split(".").reduce<unknown>((found, key) => {
    if (found === null) return null;
    if (typeof found === "object" && found !== null && Object.hasOwn(found, key)) return Reflect.get(found, key);
    throw new CommandError(`\`--json\`: expected some of ${Object.keys(row).join(", ")}, got "${toLine(field)}".`);
  }, row);
}

/** Tells people something that is no result. */
export function tell({ surroundings }: Context, message: string): void {
  surroundings.errors.write(`cloud-assistant: ${message}\n`);
}

/** Tells people that the list goes on behind what was written. */
export function tellMore(context: Context): void {
  tell(context, "there are more: raise --limit.");
}

/** Tells people that a part of the answer is missing, and remembers it for the exit code. */
export function tellIncomplete(context: Context, message: string): void {
  context.report.isIncomplete = true;
  tell(context, `incomplete: ${message}`);
}

/** Waits for an answer. If only parts of it failed, tells which and resolves to the rest. */
export async function salvage<Data extends object>(context: Context, question: Promise<Data>): Promise<Data> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof GatewayError) || !hasContent(error.data)) throw error;
    for (const { message, path } of error.failures) tellIncomplete(context, `${path.join(".")}: ${toLine(message)}`);
    // What the gateway sends beside errors has the shape of its schema, where every place of a failure may be null.
    return error.data as Data;
  }
}

function hasContent(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null);
}
