import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
} from "graphql";
import { getMetadataStorage } from "type-graphql";

import type { Operation } from "#domain";
import { type AnswerShape, type ShapeInfo, shapeOf } from "./answer-shape.ts";
import type { GraphContext } from "./context.ts";
import { giveInTurns } from "./work.ts";

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;

interface Weight {
  values: number;
  work: number;
  bytes: number;
}

/** To make an error, and to write it down, takes as long as so many leaf values. */
export const VALUES_AN_ERROR = 50;
/** About what the message, the place and the extensions of one take in an answer. */
const BYTES_AN_ERROR = 500;

/**
 * The resolver, which charges the operation's meter for what it gives before the executor works on it, and gives it in turns: for a
 * compiled document cannot be interrupted, and what it has made is in memory. What a resolver below charges itself does not
 * count here.
 */
export function charged(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    let given: unknown;
    try {
      given = resolve(source, args, context, info);
    } catch (error) {
      return fail(error, context);
    }
    if (!(given instanceof Promise)) return charge(given, context, info);
    return given.then(
      (value) => charge(value, context, info),
      (error: unknown) => fail(error, context),
    );
  };
}

function fail(error: unknown, { operation }: GraphContext): Promise<never> {
  const told = refusalOf(operation, 0, BYTES_AN_ERROR) ?? error;
  // What a limit refuses is an error like any other, and thousands may come together.
  const turn = giveInTurns(operation, VALUES_AN_ERROR, null);
  if (turn === null) throw told;
  return turn.then(() => Promise.reject(told));
}

/** The error of the limit that is met with so much more in the answer; null if none is. */
function refusalOf({ meter }: Operation, values: number, bytes: number): unknown {
  try {
    meter.addAnswer?.(values, bytes);
    return null;
  } catch (refusal) {
    return refusal;
  }
}

function charge(value: unknown, context: GraphContext, info: ShapeInfo): unknown {
  const { operation } = context;
  if (operation.meter.addAnswer === undefined || value === null || value === undefined) return value;
  if (typeof value === "string") {
    const refusal = refusalOf(operation, 0, bytesOf(value));
    return refusal === null ? value : fail(refusal, context);
  }
  const weight: Weight = { values: 0, work: 0, bytes: 0 };
  if (isLeafType(getNamedType(info.returnType))) weighText(value, weight);
  else weigh(value, (row) => shapeOfRow(row, info), weight);
  const refusal = refusalOf(operation, weight.values, weight.bytes);
  return refusal === null ? giveInTurns(operation, weight.work, value) : fail(refusal, context);
}

function weigh(value: unknown, shapeFor: (row: object) => AnswerShape | null, weight: Weight): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Error) {
    weight.work += VALUES_AN_ERROR;
    weight.bytes += BYTES_AN_ERROR;
    return;
  }
  if (Array.isArray(value)) {
    for (const row of value) weigh(row, shapeFor, weight);
    return;
  }
  const shape = shapeFor(value);
  if (shape !== null) weighRow(value as Readonly<Record<string, unknown>>, shape, weight);
}

function weighRow(row: Readonly<Record<string, unknown>>, shape: AnswerShape, weight: Weight): void {
  weight.values += shape.values;
  weight.work += shape.work;
  weight.bytes += shape.bytes;
  for (const name of shape.texts) weighText(readOf(row, name), weight);
  for (const part of shape.parts) weigh(readOf(row, part.name), () => part.shape, weight);
}

// What cannot be read is the executor's to tell, at the very field.
function readOf(row: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return row[name];
  } catch {
    return null;
  }
}

function weighText(value: unknown, weight: Weight): void {
  if (typeof value === "string") weight.bytes += bytesOf(value);
  else if (value instanceof Uint8Array) weight.bytes += Math.ceil(value.byteLength / 3) * 4;
  else if (Array.isArray(value)) {
    weight.values += Math.max(0, value.length - 1);
    for (const each of value) weighText(each, weight);
  } else if (typeof value === "object" && value !== null) weight.bytes += jsonLengthOf(value);
}

const jsonLengths = new WeakMap<object, number>();
/** What a member takes in memory, at least, until the answer is written: JSON may write it in three. */
const BYTES_A_MEMBER = 32;

function jsonLengthOf(value: object): number {
  const length = jsonLengths.get(value) ?? Math.max(JSON.stringify(value).length, BYTES_A_MEMBER * membersIn(value));
  jsonLengths.set(value, length);
  return length;
}

function membersIn(value: object): number {
  let count = 0;
  const parts: unknown[] = [value];
  while (parts.length > 0) {
    const part = parts.pop();
    if (typeof part !== "object" || part === null) continue;
    const members = Object.values(part);
    count += members.length;
    for (const member of members) if (typeof member === "object") parts.push(member);
  }
  return count;
}

function bytesOf(text: string): number {
  return text.length < 64 ? text.length : Buffer.byteLength(text) + escapesIn(text);
}

/** Bytes that JSON adds to a text: five to a control character, unless it has a short form, as quotes have. */
function escapesIn(text: string): number {
  let added = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22 || unit === 0x5c || (unit >= 0x08 && unit <= 0x0d && unit !== 0x0b)) added += 1;
    else if (unit < 0x20) added += 5;
  }
  return added;
}

// A list of field nodes stands for one place of one document with its conditions decided: an executor makes it once for all rows.
const shapes = new WeakMap<readonly FieldNode[], Map<string, AnswerShape | null>>();

function shapeOfRow(row: object, info: ShapeInfo): AnswerShape | null {
  const type = typeOf(row, info);
  if (type === null) return null;
  const ofPlace = shapes.get(info.fieldNodes) ?? new Map<string, AnswerShape | null>();
  shapes.set(info.fieldNodes, ofPlace);
  const known = ofPlace.get(type.name);
  if (known !== undefined) return known;
  const shape = shapeOf(type, info);
  ofPlace.set(type.name, shape);
  return shape;
}

const typeNames = new WeakMap<object, string>();

function typeOf(row: object, { schema, returnType }: ShapeInfo): GraphQLObjectType | null {
  const declared = getNamedType(returnType);
  if (isObjectType(declared)) return declared;
  const made = row.constructor;
  const name = typeNames.get(made) ?? getMetadataStorage().objectTypes.find(({ target }) => target === made)?.name;
  if (name === undefined) return null;
  typeNames.set(made, name);
  const type = schema.getType(name);
  return isObjectType(type) ? type : null;
}
