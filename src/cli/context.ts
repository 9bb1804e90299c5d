import { type Client, createClient, GatewayError } from "../client/index.ts";
import type { CredentialOptions } from "./credential.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { readField } from "./json-fields.ts";
import { fillTemplate, type Template } from "./template.ts";
import { createStyle, type ExitCode, type Style, type Surroundings, tell, toLine } from "./terminal/index.ts";

/** Options of every command. */
export interface CommonOptions extends CredentialOptions {
  readonly json?: boolean;
  readonly fields?: readonly string[];
  readonly template?: Template;
  readonly color: boolean;
}

/** Work of a command: its options and its word, empty for none, to an exit code. */
export type Work<Options> = (context: Context, options: Options & CommonOptions, word: string) => Promise<ExitCode>;

/** What every command works with. */
export interface Context {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly surroundings: Surroundings;
  /** For standard output. */
  readonly style: Style;
  readonly hasColours: boolean;
  /** Whether rows are written for programs: as JSON, or by a template. */
  readonly isJson: boolean;
  /** Fields to write as JSON; all of them if null. */
  readonly fields: readonly string[] | null;
  /** How to write each row; as JSON if null. */
  readonly template: Template | null;
  /** What the command has to own up to at its end. */
  readonly report: { isIncomplete: boolean };
}

/** What a command works with, as the options say. @throws TypeError if `--url` is no http or https address */
export function createContext(options: CommonOptions, surroundings: Surroundings): Context {
  const { json = false, color, fields = null, template = null } = options;
  const hasColours = color && surroundings.output.isTerminal && !surroundings.environment.NO_COLOR;
  const gateway = createGateway(options, surroundings);
  return {
    client: createClient({ url: gateway.url, fetch: gateway.fetch }),
    gateway,
    surroundings,
    style: createStyle(hasColours),
    hasColours,
    isJson: json || template !== null,
    fields,
    template,
    report: { isIncomplete: false },
  };
}

/** Writes a value for programs. */
export function writeJson({ surroundings }: Context, value: unknown): void {
  surroundings.output.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Writes rows for programs: each by the template, or those fields of each that were asked for, or else `whole`.
 * @throws CommandError for a field that the rows do not have.
 */
export function writeRows(context: Context, rows: readonly object[], whole: unknown): void {
  const { fields, template, surroundings } = context;
  if (template !== null) surroundings.output.write(rows.map((row) => `${fillTemplate(template, row)}\n`).join(""));
  else writeJson(context, fields === null ? whole : rows.map((row) => pick(row, fields)));
}

function pick(row: object, fields: readonly string[]): object {
  return Object.fromEntries(fields.map((field) => [field, readField(row, field, "--json")]));
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
export async function salvage<Data extends object>(
  context: Context,
  question: Promise<Data>,
  onFailure?: (path: string) => void,
): Promise<Data> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof GatewayError) || !hasContent(error.data)) throw error;
    for (const { message, path } of error.failures) {
      tellIncomplete(context, `${path.join(".")}: ${toLine(message)}`);
      onFailure?.(path.join("."));
    }
    // What the gateway sends beside errors has the shape of its schema, where every place of a failure may be null.
    return error.data as Data;
  }
}

function hasContent(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null);
}
