import { createHash } from "node:crypto";

import { InputError, type InvocationRef, sourceKey } from "#domain";
import type { GivenPosition, PositionSealer } from "../contract/index.ts";
import { createByteReader, createByteWriter } from "../paging/index.ts";

/** What is watched: the output of one server, or of all servers of a run if `instanceId` is null. */
export type WatchedOutput = InvocationRef & { readonly instanceId: string | null };

/** How much of one output was told. */
export interface ToldBytes {
  readonly nextByte: number;
  readonly isFinal: boolean;
}

/** The same of a server that its mark stands for. To make a mark takes a microsecond or two, and each event of a run has those of all servers. */
export interface MarkedBytes extends ToldBytes {
  readonly mark: number;
}

/** Servers of a run up to which events have a position; the texts of more do not fit into a header. */
export const POSITION_SERVERS_MAX = 500;

const MARK_BYTES = 6;

/** How much of each server's output was told, as clients hold it; bound to what is watched. Null for too many servers. */
export function sealOutputPosition(
  sealer: PositionSealer,
  watched: WatchedOutput,
  told: Pick<ReadonlyMap<string, MarkedBytes>, "size" | "values">,
): string | null {
  if (told.size > POSITION_SERVERS_MAX) return null;
  const writer = createByteWriter();
  for (const { mark, nextByte, isFinal } of told.values()) {
    writer.number(mark);
    writer.number(nextByte * 2 + (isFinal ? 1 : 0));
  }
  return sealer.sealNamed(purposeOf(watched), writer.bytes());
}

/** More than any output has: what was told before does not stand any more. */
const BEYOND: ToldBytes = { nextByte: Number.MAX_SAFE_INTEGER, isFinal: false };

/**
 * How much was told of a server's output, by the server; null for one that was not heard of. A position of other keys may begin
 * anew: then each output is told from its beginning, as one that was reset.
 * @throws InputError `INVALID_CURSOR` for another output's position or none, `CURSOR_EXPIRED` for one of other keys
 */
export function openOutputPosition(
  sealer: PositionSealer,
  watched: WatchedOutput,
  { text, name, mayBeginAnew }: GivenPosition,
): (instanceId: string) => ToldBytes | null {
  const opened = sealer.openNamed(purposeOf(watched), text);
  if (opened === "foreign") {
    if (mayBeginAnew) return () => BEYOND;
    const expected = "expected a position of this process, got one of a process with other keys";
    throw new InputError("CURSOR_EXPIRED", `\`${name}\`: ${expected}. Begin anew without it.`, name);
  }
  if (opened === null) {
    const message = `\`${name}\`: expected that of an event of this output, got another text. Begin without it.`;
    throw new InputError("INVALID_CURSOR", message, name);
  }
  const reader = createByteReader(opened);
  const told = new Map<number, ToldBytes>();
  while (!reader.isAtEnd()) {
    const mark = reader.number();
    const bytes = reader.number();
    told.set(mark, { nextByte: Math.floor(bytes / 2), isFinal: bytes % 2 === 1 });
  }
  return (instanceId) => told.get(markOf(instanceId)) ?? null;
}

/** What positions name a server by: ids themselves would make texts of many servers too long. */
export function markOf(instanceId: string): number {
  return createHash("sha256").update(instanceId).digest().readUIntBE(0, MARK_BYTES);
}

function purposeOf({ source, invokeId, instanceId }: WatchedOutput): string {
  return ["position in an output", sourceKey(source), invokeId, instanceId ?? ""].join("\n");
}
