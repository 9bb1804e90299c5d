import { coerceInputValue, type GraphQLInputType, type GraphQLSchema, isInputType } from "graphql";
import {
  decodeOutput,
  type InvocationFilter as Filter,
  hasEnded,
  InputError,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  isFinalInstanceStatus,
  isOutputKnown,
  isShownInPart,
  type Operation,
} from "#domain";
import { type Answer, type Parts, type Services, unitsToDecode } from "#services";
import { badInput, fromGlobalId } from "../declarations/index.ts";
import { toInvocationFilter } from "../lists/index.ts";
import { type KindGuard, workInParts } from "../operation/index.ts";
import { requireOutputs } from "../rights/index.ts";
import {
  type Columns,
  createPieceWriter,
  createRowWriter,
  type ExportRow,
  type RowWriter,
  readFormat,
  toExportRow,
  toLinePart,
} from "./formats.ts";
import { type ExportStep, RUN_COLUMNS, runPieces, runText, tellSource } from "./runs.ts";

/** An export that is about to be written. */
export interface Export {
  readonly contentType: string;
  /**
   * Text in UTF-8. Each piece is read when it is asked for, and is all that is held until the next one. It ends with the row that
   * fills 256 KB. Throws if it cannot be whole but for what is missing.
   */
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /**
   * Sources of which rows, or what a run printed, may be missing, and the code of what failed: `NOT_FOUND` for a run that the upstream
   * dropped before it was over. Known once the first piece has come.
   */
  readonly missing: readonly string[];
}

/** What exports are made of. */
export interface ExportParts {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly step: ExportStep;
  readonly guard: KindGuard;
}

const PARAMETERS: ReadonlySet<string> = new Set(["id", "filter", "format"]);
const OUTPUTS_AT_ONCE = 50;
/** A piece ends with the output that fills it. */
const PIECE_CHARACTERS = 262_144;

/**
 * The outputs of what `id` names, a run or a run on one instance, or the rows of the list that `filter` means (JSON as of
 * InvocationFilter), as `format` says: ndjson, csv or text.
 * @throws InputError `BAD_USER_INPUT` that names the parameter, before anything is read
 */
export function openExport(parameters: URLSearchParams, parts: ExportParts): Export {
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.has(name))?.slice(0, 60);
  if (unknown !== undefined) throw badInput(unknown, "`id`, `filter` or `format`", `\`${unknown}\``);
  const format = readFormat(readOnce(parameters, "format"));
  const id = readOnce(parameters, "id");
  const filter = readOnce(parameters, "filter");
  if (id !== null && filter !== null) throw badInput("filter", "none beside `id`", "both");
  if (id === null) {
    const writer = createRowWriter(format, runText);
    const meant = readFilter(filter, parts.schema);
    const missing: string[] = [];
    const pieces = runPieces(meant, { ...parts, missing, toPiece: createPieceWriter(writer, RUN_COLUMNS) });
    return { contentType: writer.contentType, pieces, missing };
  }
  const { ref, isOurs } = fromGlobalId(id);
  if (ref.type !== "Invocation" && ref.type !== "InstanceInvocation") {
    throw badInput("id", "the id of a run or of a run on one instance", `that of another thing (${ref.type})`);
  }
  const instanceId = ref.type === "Invocation" ? null : ref.instanceId;
  const writer = createRowWriter(format, instanceId === null ? outputText : bareText);
  const missing: string[] = [];
  const pieces = outputPieces({ ref, instanceId, isOurs, missing, writer }, parts);
  return { contentType: writer.contentType, pieces, missing };
}

/** Whose outputs are written. */
interface OutputsMeant {
  readonly ref: InvocationRef;
  /** Null for every instance of the run. */
  readonly instanceId: string | null;
  readonly isOurs: boolean;
  readonly writer: RowWriter;
  /** Takes the run's source before the first piece comes, if the run went away before it was over, or has instances that cannot be shown. */
  readonly missing: string[];
}

async function* outputPieces(
  { ref: { source, invokeId }, instanceId, isOurs, missing, writer }: OutputsMeant,
  { services, step, guard }: ExportParts,
): AsyncGenerator<Uint8Array, void> {
  const nothing = { output: false, content: false };
  const readRun = async (operation: Operation) => {
    const [isKnown = false] = isOurs ? [true] : await services.areKnown([{ source, invokeId }]);
    if (!isKnown) operation.meter.addForeignId?.();
    return services.readInvocations([{ source, invokeId }], nothing, operation);
  };
  const [run] =
    services.findSource(source.provider, source.regionId, source.account) === null ? [] : await step(readRun);
  if (run instanceof Error) throw run;
  const placeOf = (one: string | null) => ({
    source,
    invokeId,
    instanceId: one,
    commandName: run?.command.name ?? null,
  });
  if (run !== undefined && run !== null) requireOutputs(placeOf(instanceId), { guard });
  const instances = (run?.instances ?? []).filter((one) => instanceId === null || one.instanceId === instanceId);
  if (run === null || run === undefined || (instances.length === 0 && instanceId !== null))
    throw new InputError("NOT_FOUND", "`id`: expected a run that is known, got one that is gone.", "id");
  const isCutOff = run.isGoneUpstream === true && !isOver(run, instanceId);
  if (isCutOff) missing.push(tellSource(source, "NOT_FOUND"));
  else if (instanceId === null && isShownInPart(run)) missing.push(tellSource(source));
  const sorted = instances.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  const toPiece = createPieceWriter(writer, OUTPUT_COLUMNS);
  let rest = sorted;
  // What is read and not yet written may be collected while a reader is waited for: it is read again then.
  let unwritten: WeakRef<readonly Answer<InvocationResult>[]> | null = null;
  const readPiece = async (operation: Operation) => {
    const known = unwritten?.deref();
    const some = rest.slice(0, known?.length ?? OUTPUTS_AT_ONCE);
    const refs = some.map((one) => ({ source, invokeId, instanceId: one.instanceId, execution: null }));
    const results = known ?? (await services.readResults(refs, { output: true, content: false }, operation));
    const rows = await workInParts(operation, toOutputRows(some, results));
    for (const row of rows) guard.note("outputs", placeOf(String(row.instanceId)), row.output);
    const left = results.slice(rows.length);
    unwritten = left.length === 0 ? null : new WeakRef(left);
    rest = rest.slice(rows.length);
    return toPiece(rows);
  };
  do yield await step(readPiece);
  while (rest.length > 0);
}

function isOver(run: Invocation, instanceId: string | null): boolean {
  const one = run.instances.find((each) => each.instanceId === instanceId);
  return one === undefined ? hasEnded(run) : isFinalInstanceStatus(one.status);
}

type Printed = Pick<
  InstanceInvocation,
  "instanceId" | "status" | "exitCode" | "error" | "startTime" | "finishTime" | "output"
>;

const OUTPUT_COLUMNS: Columns<Printed> = {
  instanceId: ({ instanceId }) => instanceId,
  status: ({ status }) => status,
  exitCode: ({ exitCode }) => exitCode,
  errorCode: ({ error }) => error?.code ?? null,
  startTime: ({ startTime }) => startTime,
  finishTime: ({ finishTime }) => finishTime,
  droppedBytes: ({ output }) => output?.droppedBytes ?? null,
  output: ({ output }) => (output == null ? null : decodeOutput(output.bytes, output.droppedBytes).text),
  isOutputKnown,
};

/**
 * The first of them, at least one: as many as make a piece.
 * @throws the error of an output that cannot be read: an export without it would mislead
 */
function* toOutputRows(
  known: readonly InstanceInvocation[],
  results: readonly Answer<InvocationResult>[],
): Parts<readonly ExportRow[]> {
  const rows: ExportRow[] = [];
  let characters = 0;
  for (const [index, one] of known.entries()) {
    const result = results[index] ?? null;
    if (result instanceof Error) throw result;
    const printed = result ?? one;
    yield printed.output == null ? 0 : unitsToDecode(printed.output.bytes);
    const row = toExportRow(OUTPUT_COLUMNS, printed);
    rows.push(row);
    characters += String(row.output ?? "").length;
    if (characters >= PIECE_CHARACTERS) break;
  }
  return rows;
}

function outputText({ instanceId, status, exitCode, isOutputKnown, output }: ExportRow): string {
  const text = String(output ?? "");
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  const code = exitCode === null ? "" : `, exit code ${exitCode}`;
  const known = isOutputKnown === true ? "" : ", output not known";
  return `==> ${toLinePart(instanceId ?? null)}: ${status}${code}${known}\n${text}${end}`;
}

/** @throws InputError `NOT_FOUND` for an output that is not known: nothing beside the text could say so */
function bareText({ isOutputKnown, output }: ExportRow): string {
  if (isOutputKnown === true) return String(output ?? "");
  throw new InputError(
    "NOT_FOUND",
    "`id`: expected an output that is known, got one that the upstream does not tell.",
    "id",
  );
}

function readFilter(text: string | null, schema: GraphQLSchema): Filter {
  if (text === null) return {};
  const type: unknown = schema.getType("InvocationFilter");
  const value = parseJson(text);
  if (value === undefined || !isInputType(type))
    throw badInput("filter", "an InvocationFilter as JSON", JSON.stringify(text.slice(0, 60)));
  return toInvocationFilter(coerce(value, type));
}

function coerce(value: unknown, type: GraphQLInputType): Parameters<typeof toInvocationFilter>[0] {
  return coerceInputValue(value, type, (path, _invalid, error) => {
    // Names that were perhaps meant would spell out what introspection may not tell.
    const message = error.message.replace(/ ?Did you mean(.+?)\?$/, "");
    throw new InputError("BAD_USER_INPUT", `\`${["filter", ...path].join(".")}\`: ${message}`, "filter");
  }) as Parameters<typeof toInvocationFilter>[0];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readOnce(parameters: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = parameters.getAll(name);
  if (others.length > 0) throw badInput(name, "it once", `it ${others.length + 1} times`);
  return value;
}
