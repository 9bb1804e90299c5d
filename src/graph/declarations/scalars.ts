import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLJSONObject, GraphQLSafeInt } from "graphql-scalars";

import type { Instant } from "#domain";

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * An instant as RFC 3339 has it. Goes out as it stands in the domain; comes in with any zone and is normalised to the
 * domain's form, so that instants compare as texts.
 */
export const DateTime = new GraphQLScalarType<Instant, string>({
  name: "DateTime",
  description:
    "An instant, RFC 3339 in UTC with a trailing Z, as `2026-01-02T03:04:05.000Z`. An argument may use any zone, but must " +
    "name one. Compared as an instant, so with or without fractions of a second.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => textOf("DateTime", value),
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : undefined),
});

/** Bytes; graphql-scalars' `Byte` would print a Buffer as a JSON object. */
export const Base64 = new GraphQLScalarType<Uint8Array, string>({
  name: "Base64",
  description: "Bytes as standard base64 with padding (RFC 4648, section 4).",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc4648#section-4",
  serialize: (value) => {
    if (!(value instanceof Uint8Array)) throw new TypeError("Base64 holds bytes.");
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  },
  parseValue: toBytes,
  parseLiteral: (node) => toBytes(node.kind === Kind.STRING ? node.value : undefined),
});

/** A JSON object, in no particular shape. */
export const JsonObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  description: "A JSON object whose members nobody has declared.",
});

/** An integer beyond the 32 bits of `Int`. */
export const SafeInt = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  description:
    "An integer up to 2^53, as a JSON number: exit codes of Windows and durations in milliseconds pass 2^31, where `Int` ends.",
});

/** A time in epoch milliseconds as {@link DateTime} writes it. */
export function toInstant(time: number | null): Instant | null {
  return time === null ? null : new Date(time).toISOString();
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${name} holds a text.`);
  return value;
}

function readInstant(value: unknown): Instant {
  const time = typeof value === "string" && RFC_3339.test(value) ? parseTime(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw refuse(
      `DateTime: expected an instant with a time zone, as "2026-01-02T03:04:05Z" (RFC 3339), got ${quote(value)}.`,
    );
  }
  return new Date(time).toISOString();
}

// Date.parse takes the 31st of February for the 3rd of March.
function parseTime(text: string): number {
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= lastDay ? Date.parse(text.toUpperCase()) : Number.NaN;
}

function toBytes(value: unknown): Uint8Array {
  if (typeof value !== "string" || !BASE64.test(value)) {
    throw refuse(`Base64: expected standard base64 with padding, got ${quote(value)}.`);
  }
  return Buffer.from(value, "base64");
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "something else";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function refuse(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}
