import { describeFailure } from "../client/errors.ts";
import { type Client, createClient, GatewayError, type GraphQLFailure } from "../client/index.ts";
import { nameFailedSource } from "../client/source-name.ts";
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
  readonly report: {
    isIncomplete: boolean;
    /** Failures that were told already, each as `toFailureKey` has it. */
    readonly told: Set<string>;
  };
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
    report: { isIncomplete: false, told: new Set() },
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
  tellLack(context, [{ key: message, message }]);
}

/** Tells people that only the first rows of a run were read. @param total null if nobody knows */
export function tellCut(context: Context, shown: number, total: number | null): void {
  tellIncomplete(context, `${shown} of ${total ?? "more"} instances are shown.`);
}

/** Tells which instances of a run are missing: those behind the last page that is read, or those that cannot be shown. */
export function tellMissing(
  context: Context,
  list: { readonly totalCount: number | null } | null,
  { shown, isEnd }: { readonly shown: number; readonly isEnd: boolean },
): void {
  const total = list?.totalCount ?? null;
  if (!isEnd) tellCut(context, shown, total);
  else if (list !== null && total === null) tellIncomplete(context, "the run has instances that cannot be shown.");
}

/** Something that is missing, and by what it is known if it is met again. */
interface Lack {
  /** As `toFailureKey` has it. */
  readonly key: string;
  readonly message: string;
}

/** Tells in one line what is missing, each lack once in a command. */
export function tellLack(context: Context, lacks: readonly Lack[]): void {
  const { report } = context;
  const news = new Map(lacks.filter(({ key }) => !report.told.has(key)).map((lack) => [lack.key, lack.message]));
  if (lacks.length > 0) report.isIncomplete = true;
  for (const key of news.keys()) report.told.add(key);
  if (news.size > 0) tell(context, `incomplete: ${[...news.values()].join("; ")}`);
}

/** The same text for one failure of a source, whatever told of it. @param source its name; null if nobody says */
export function toFailureKey(source: string | null, message: string): string {
  return JSON.stringify([source, message]);
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
    tellParts(context, error.failures);
    for (const { path } of error.failures) onFailure?.(path.join("."));
    // What the gateway sends beside errors has the shape of its schema, where every place of a failure may be null.
    return error.data as Data;
  }
}

/** Tells of parts that failed: one line a failure, whatever number of parts it met. */
function tellParts(context: Context, failures: readonly GraphQLFailure[]): void {
  const byKey = new Map<string, GraphQLFailure[]>();
  for (const one of failures) byKey.set(keyOf(one), [...(byKey.get(keyOf(one)) ?? []), one]);
  for (const [key, [first, ...others]] of byKey) {
    if (first === undefined) continue;
    const source = nameFailedSource(first.extensions);
    const where = others.length === 0 ? first.path.join(".") : `${first.path.join(".")} and ${others.length} more`;
    const sentence = toLine(source === null ? first.message : `${source}: ${first.message}`);
    tellLack(context, [{ key, message: `${where}: ${sentence}` }]);
  }
}

function keyOf({ extensions, message }: GraphQLFailure): string {
  return toFailureKey(nameFailedSource(extensions), message);
}

/** What a call that failed leaves missing. */
export function toLacks(error: GatewayError): readonly Lack[] {
  if (error.failures.length === 0) return [{ key: error.message, message: toLine(error.message) }];
  return error.failures.map((one) => ({ key: keyOf(one), message: toLine(describeFailure(one)) }));
}

function hasContent(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null);
}
