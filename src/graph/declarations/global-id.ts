import { createHash } from "node:crypto";

import { type InstanceInvocationRef, type InstanceRef, type InvocationRef, PROVIDERS, type ResultRef } from "#domain";
import { badInput, TEXT_MAX } from "./bad-input.ts";

/** What a global id names. */
export type NodeRef =
  | ({ readonly type: "Invocation" } & InvocationRef)
  | ({ readonly type: "InstanceInvocation" } & InstanceInvocationRef)
  | ({ readonly type: "InvocationResult" } & ResultRef)
  | ({ readonly type: "Instance" } & InstanceRef);

const VERSION = 1;
const MARKED_VERSION = 2;
const CHECKSUM_BYTES = 4;
const MARK_BYTES = 6;

// One process has one set of keys; they are no member of what makes ids, since every record has one.
let markKeys: readonly Buffer[] = [];

/** Ids bear a mark of the first of these keys from now on, and that of any of them is known; with none, no id bears one. */
export function useIdKeys(keys: readonly string[]): void {
  markKeys = keys.map((key) => createHash("sha256").update(`ids ${key}`).digest());
}

/** One letter a type; part of ids that clients keep, so a letter is never given a new meaning. */
const LETTERS = {
  Invocation: "r",
  InstanceInvocation: "i",
  InvocationResult: "o",
  Instance: "m",
} as const satisfies Record<NodeRef["type"], string>;

/**
 * The opaque id of a node: version, type letter and fields, then a mark if there are keys, then a checksum, as base64url. Holds
 * everything that names the node, so that any replica can resolve it, and nothing that is secret.
 */
export function toGlobalId(ref: NodeRef): string {
  const { provider, account, regionId } = ref.source;
  const text = [LETTERS[ref.type], provider, account, regionId, ...ownParts(ref)].join("\0");
  const [key] = markKeys;
  const named = Buffer.from(`${String.fromCharCode(key === undefined ? VERSION : MARKED_VERSION)}${text}`, "utf8");
  const body = key === undefined ? named : Buffer.concat([named, markOf(named, key)]);
  const id = Buffer.allocUnsafe(body.length + CHECKSUM_BYTES);
  body.copy(id);
  id.writeUInt32BE(checksum(body), body.length);
  return id.toString("base64url");
}

/** What an id names, and whether it is known to have been made here, or by a replica with the same keys. */
export interface ReadId {
  readonly ref: NodeRef;
  /** True without keys, since nobody can know then. */
  readonly isOurs: boolean;
}

/**
 * What an id names.
 * @throws InputError `BAD_USER_INPUT` for a text that no gateway gave out as an id
 */
export function fromGlobalId(id: string, argument = "id"): ReadId {
  const read = decode(id);
  if (read === null) throw badInput(argument, "an id as this gateway gives them out", quote(id));
  return read;
}

function ownParts(ref: NodeRef): readonly string[] {
  switch (ref.type) {
    case "Invocation":
      return [ref.invokeId];
    case "InstanceInvocation":
      return [ref.invokeId, ref.instanceId];
    case "InvocationResult":
      return ref.execution === null ? [ref.invokeId, ref.instanceId] : [ref.invokeId, ref.instanceId, ref.execution];
    case "Instance":
      return [ref.instanceId];
  }
}

function decode(id: string): ReadId | null {
  const bytes = Buffer.from(id, "base64url");
  // Node skips what is not base64url; an id that was altered must not pass for the one it was made from.
  if (bytes.length <= CHECKSUM_BYTES + MARK_BYTES || bytes.toString("base64url") !== id) return null;
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (bytes.readUInt32BE(body.length) !== checksum(body)) return null;
  if (body[0] !== VERSION && body[0] !== MARKED_VERSION) return null;
  const named = body[0] === MARKED_VERSION ? body.subarray(0, -MARK_BYTES) : body;
  const ref = decodeParts(named.toString("utf8", 1).split("\0"));
  return ref === null ? null : { ref, isOurs: markKeys.length === 0 || isMarked(named, body.subarray(named.length)) };
}

function decodeParts([letter, provider, account, regionId, ...parts]: readonly string[]): NodeRef | null {
  const known = PROVIDERS.find((word) => word === provider);
  if (known === undefined || account === undefined || regionId === undefined) return null;
  if (parts.some((part) => part.length > TEXT_MAX)) return null;
  return refOf(letter, { provider: known, account, regionId }, parts);
}

function isMarked(named: Buffer, mark: Buffer): boolean {
  return markKeys.some((key) => markOf(named, key).equals(mark));
}

// Cut to a part of its digest, a hash with a key in front cannot be extended. Forging one opens nothing but a look-up.
function markOf(named: Buffer, key: Buffer): Buffer {
  return createHash("sha256").update(key).update(named).digest().subarray(0, MARK_BYTES);
}

function refOf(letter: string | undefined, source: NodeRef["source"], parts: readonly string[]): NodeRef | null {
  const [first, second, third] = parts;
  if (first === undefined || parts.length > 3) return null;
  if (letter === LETTERS.Invocation && second === undefined) return { type: "Invocation", source, invokeId: first };
  if (letter === LETTERS.Instance && second === undefined) return { type: "Instance", source, instanceId: first };
  if (second === undefined) return null;
  if (letter === LETTERS.InvocationResult) {
    return { type: "InvocationResult", source, invokeId: first, instanceId: second, execution: third ?? null };
  }
  if (letter === LETTERS.InstanceInvocation && third === undefined) {
    return { type: "InstanceInvocation", source, invokeId: first, instanceId: second };
  }
  return null;
}

// FNV-1a: finds typing and copying errors, which is all that a checksum without a secret can find.
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}

function quote(id: string): string {
  return id.length > 60 ? `${JSON.stringify(id.slice(0, 60))}…` : JSON.stringify(id);
}
