import { createHmac } from "node:crypto";
import {
  type Command,
  decodeOutput,
  type Execution,
  type Invocation,
  type InvocationResult,
  type Output,
  type Source,
} from "#domain";
import { KEPT, NONE, UNREAD } from "./tables.ts";

/**
 * The contents of one write. Records are merged with the id of an output or a script in place of its bytes, so that what is
 * known already need not be read to be compared.
 */
export interface Contents {
  /** The run with ids in place of bytes. */
  strip(run: Invocation): Invocation;
  stripResult(result: InvocationResult): InvocationResult;
  /** The run with the bytes of this write; what the write did not bring is undefined. */
  restore(run: Invocation): Invocation;
  /** The bytes with this id, if this write brought them. */
  find(id: string): Uint8Array | undefined;
}

/** Ids tell nothing across accounts: each is keyed by the account. @param key of the database */
export function createContents(key: Uint8Array, { account }: Source): Contents {
  const known = new Map<string, Uint8Array>();
  const stripBytes = (bytes: Uint8Array): Uint8Array => {
    const id = createHmac("sha256", key).update(`${account.length}/${account}/`).update(bytes).digest().subarray(0, 16);
    known.set(uuidOf(id), bytes);
    return Uint8Array.from(id);
  };
  const find = (id: string): Uint8Array | undefined => known.get(id);
  const restoreOutput = (output: Output): Output | undefined => {
    const bytes = find(uuidOf(output.bytes));
    return bytes === undefined ? undefined : { ...output, bytes };
  };
  return {
    find,
    strip: (run) => mapContents(run, stripBytes, (output) => ({ ...output, bytes: stripBytes(output.bytes) })),
    stripResult: (result) => mapOutput(result, (output) => ({ ...output, bytes: stripBytes(output.bytes) })),
    restore: (run) => mapContents(run, (id) => find(uuidOf(id)), restoreOutput),
  };
}

function mapContents(
  run: Invocation,
  mapScript: (bytes: Uint8Array) => Uint8Array | undefined,
  map: (output: Output) => Output | undefined,
): Invocation {
  const { content } = run.command;
  const command: Command = content ? { ...run.command, content: mapScript(content) } : run.command;
  return { ...run, command, instances: run.instances.map((one) => mapOutput(one, map)) };
}

function mapOutput<Row extends Pick<Execution, "output" | "pastOutput">>(
  row: Row,
  map: (output: Output) => Output | undefined,
): Row {
  if (row.output) return { ...row, output: map(row.output) };
  const { pastOutput, ...others } = row;
  const mapped = pastOutput && map(pastOutput);
  return pastOutput === mapped ? row : ({ ...others, ...(mapped && { pastOutput: mapped }) } as Row);
}

/** Sixteen bytes as PostgreSQL writes a uuid. */
export function uuidOf(id: Uint8Array): string {
  const hex = Buffer.from(id).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The sixteen bytes of a uuid. */
export function idOf(uuid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(uuid.replaceAll("-", ""), "hex"));
}

/** A content as a row: its text for searching, and its bytes where the text's UTF-8 is not the same. */
export function toContentRow(bytes: Uint8Array): { readonly text: string; readonly bytes: Buffer | null } {
  const text = decodeOutput(bytes).text.replaceAll("\u0000", "");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { text, bytes: Buffer.from(text).equals(buffer) ? null : buffer };
}

/** The bytes of a content. A plain array: Node.js' buffers of small contents share their memory. */
export function fromContentRow(text: string, bytes: Buffer | null): Uint8Array {
  return new Uint8Array(bytes ?? Buffer.from(text));
}

/** How a content is referred to in a row; its value holds an id in place of bytes. */
export function stateOf(value: Uint8Array | Output | null | undefined): number {
  return value === undefined ? UNREAD : value === null ? NONE : KEPT;
}
