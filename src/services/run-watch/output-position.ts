import { createHash } from "node:crypto";

import { InputError, type InvocationRef, sourceKey } from "#domain";
import type { GivenPosition, Sealer } from "../contract/index.ts";
import { createByteReader, createByteWriter } from "../paging/index.ts";

/** What is watched: the output of one server, or of all servers of a run if `instanceId` is null. */
export type WatchedOutput = InvocationRef & { readonly instanceId: string | null };

/** How much of one output was told. */
export interface ToldBytes {
  readonly nextByte: number;
  readonly isFinal: boolean;
}

/** Servers of a run up to which events have a position; the texts of more do not fit into a header. */
export const POSITION_SERVERS_MAX = 500;

const MARK_BYTES = 6;

/** How much of each server's output was told, as clients hold it; bound to what is watched. Null for too many servers. */
export function sealOutputPosition(
  sealer: Sealer,
  watched: WatchedOutput,
  told: ReadonlyMap<string, ToldBytes>,
): string | null {
  if (told.size > POSITION_SERVERS_MAX) return null;
  const writer = createByteWriter();
  for (const [instanceId, { nextByte, isFinal }] of told) {
    writer.number(markOf(instanceId));
    writer.number(nextByte * 2 + (isFinal ? 1 : 0));
  }
  return sealer.seal(purposeOf(watched), writer.bytes());
}

/**
 * How much was told of a server's output, by the server; null for one that was not heard of.
 * @throws InputError `INVALID_CURSOR` for another output's position or none
 */
export function openOutputPosition(
  sealer: Sealer,
  watched: WatchedOutput,
  { text, name }: GivenPosition,
): (instanceId: string) => ToldBytes | null {
  const opened = text === "" ? null : sealer.open(purposeOf(watched), text);
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

// The ids themselves would make texts of many servers too long.
function markOf(instanceId: string): number {
  return createHash("sha256").update(instanceId).digest().readUIntBE(0, MARK_BYTES);
}

function purposeOf({ source, invokeId, instanceId }: WatchedOutput): string {
  return ["position in an output", sourceKey(source), invokeId, instanceId ?? ""].join("\n");
}
