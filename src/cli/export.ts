import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { toAnswerError, toGatewayError } from "../client/errors.ts";
import type { InvocationFilter } from "../client/index.ts";
import { type Context, tellIncomplete } from "./context.ts";
import { tellUnknown, titleOf } from "./output.ts";
import { CommandError, EXIT_CODES, type ExitCode, tell, toLine } from "./terminal/index.ts";
import { toShown } from "./terminal-line.ts";
import { noteUntold, type UntoldRow } from "./untold-rows.ts";

/** What to export, how, and where to. */
export interface ExportOptions {
  /** The outputs of the run with this id, or the rows of the runs that fit. */
  readonly of: { readonly id: string } | { readonly filter: InvocationFilter };
  readonly format: string;
  /** A file; standard output if undefined. */
  readonly file: string | undefined;
}

/** Writes every row of a list, or every output of a run, no faster than it is taken. A file is there whole or not at all. */
export async function exportRows(context: Context, options: ExportOptions): Promise<ExitCode> {
  const { chunks, missing } = await request(context, options);
  const lack = "id" in options.of ? "what it printed may be missing" : "its rows may be missing";
  for (const source of missing) tellIncomplete(context, `${source}; ${lack}.`);
  const untold: UntoldRow[] = [];
  const rows = "id" in options.of ? noteUntold(chunks, options.format, untold) : chunks;
  const noted = "id" in options.of && missing.length === 0 ? requireRows(rows, options.format) : rows;
  try {
    if (options.file === undefined) await writeScreen(context, noted);
    else await writeFile(options.file, noted);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const trouble = describeFileTrouble(error);
    if (trouble !== null) throw new CommandError(`\`--output\`: expected a file that can be written: ${trouble}.`);
    throw new CommandError("The export broke off: what came is not all of it. Try again.");
  }
  const isCertain = options.format !== "text" || untold.length === 0;
  tellUntold(context, isCertain ? untold : await readUntold(context, options));
  if (options.file !== undefined) tell(context, `wrote ${toLine(options.file)}.`);
  return EXIT_CODES.success;
}

/** The same rows of a run. @throws CommandError behind the last one if there are none: each of its instances has a row */
async function* requireRows(chunks: AsyncIterable<Uint8Array>, format: string): AsyncGenerator<Uint8Array, void> {
  let lines = 0;
  for await (const chunk of chunks) {
    // A row more than the head is enough to know.
    if (lines < 2) lines += Buffer.from(chunk).toString("latin1").split("\n").length - 1;
    yield chunk;
  }
  if (lines < (format === "csv" ? 2 : 1)) throw new CommandError("The run shows no instances now.");
}

function tellUntold(context: Context, untold: readonly UntoldRow[]): void {
  tellUnknown(
    context,
    untold.map((row) => ({ title: titleOf({ ...row, instance: null }), isKnown: false })),
  );
}

/** The same rows once more, since what a server printed may look like a title of the text. */
async function readUntold(context: Context, options: ExportOptions): Promise<readonly UntoldRow[]> {
  const untold: UntoldRow[] = [];
  const { chunks } = await request(context, { ...options, format: "ndjson" });
  for await (const _chunk of noteUntold(chunks, "ndjson", untold));
  return untold;
}

/** What the file system says; null for an error of the connection, which says nothing to people. */
function describeFileTrouble(error: unknown): string | null {
  const isOfFile = typeof error === "object" && error !== null && "syscall" in error && "message" in error;
  return isOfFile ? toLine(String(error.message)) : null;
}

interface Answer {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What may be missing, for people. */
  readonly missing: readonly string[];
}

async function request({ gateway }: Context, { of, format }: ExportOptions): Promise<Answer> {
  const parameters = new URLSearchParams({
    format,
    ...("id" in of ? { id: of.id } : { filter: JSON.stringify(of.filter) }),
  });
  const { origin, pathname } = new URL(gateway.url);
  const address = origin + pathname;
  const response = await gateway
    .fetch(`${gateway.addressOf("export")}?${parameters}`, { headers: { "apollo-require-preflight": "1" } })
    .catch((error: unknown) => {
      throw toGatewayError(error, address);
    });
  const missing = response.headers.get("x-incomplete")?.split(", ") ?? [];
  if (response.ok && response.body !== null) return { chunks: response.body, missing: missing.map(toLine) };
  const body: unknown = await response.json().catch(() => null);
  const errors = typeof body === "object" && body !== null && "errors" in body ? body.errors : [];
  throw toAnswerError({ status: response.status, errors: Array.isArray(errors) ? errors : [], data: null }, address);
}

async function writeScreen(context: Context, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const { output } = context.surroundings;
  if (output.isTerminal) return writeTerminal(context, chunks);
  for await (const chunk of chunks) {
    output.write(chunk);
    await output.drained();
  }
}

/** Line by line, without what could steer the terminal. */
async function writeTerminal({ surroundings, hasColours }: Context, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const { output } = surroundings;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    output.write(toShown(text.slice(0, end), hasColours));
    rest = text.slice(end);
    await output.drained();
  }
  output.write(toShown(rest + decoder.decode(), hasColours));
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    // Outputs may hold secrets.
    await pipeline(Readable.from(chunks), createWriteStream(draft, { flags: "wx", mode: 0o600 }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
