import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  introspectionFromSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
} from "graphql";

import { printOrderedSchema } from "#graph";
import { schema } from "./ask.ts";

const core = buildSchema(readFileSync("test/graph/fixtures/schema-core.graphql", "utf8"));

function namedTypes(of: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(of.getTypeMap()).filter((type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type));
}

function argumentsOf(owner: string, args: readonly GraphQLArgument[]): string[] {
  return args.map((argument) => `${owner}(${argument.name}): ${argument.type}`);
}

/** Every definition of a type as a line of text, each complete with its type and nullability. */
function linesOf(type: GraphQLNamedType): string[] {
  const name = `${type.constructor.name} ${type.name}`;
  if (isEnumType(type)) return [name, ...type.getValues().map((value) => `${type.name}.${value.name}`)];
  if (isInputObjectType(type)) {
    return [name, ...Object.values(type.getFields()).map((field) => `${type.name}.${field.name}: ${field.type}`)];
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    const interfaces = type.getInterfaces().map((each) => `${type.name} implements ${each.name}`);
    const fields = Object.values(type.getFields()).flatMap((field) => [
      `${type.name}.${field.name}: ${field.type}`,
      ...argumentsOf(`${type.name}.${field.name}`, field.args),
    ]);
    return [name, ...interfaces, ...fields];
  }
  return [name];
}

/** Every description of a schema, by what it describes. */
function descriptionsOf(type: GraphQLNamedType): [string, string | null | undefined][] {
  const own: [string, string | null | undefined] = [type.name, type.description];
  if (isEnumType(type)) return [own, ...type.getValues().map(described(type.name))];
  if (isInputObjectType(type)) return [own, ...Object.values(type.getFields()).map(described(type.name))];
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields());
    const args = fields.flatMap((field) => field.args.map(described(`${type.name}.${field.name}`)));
    return [own, ...fields.map(described(type.name)), ...args];
  }
  return [own];
}

function described(owner: string) {
  return (member: { readonly name: string; readonly description?: string | null | undefined }) =>
    [`${owner}.${member.name}`, member.description] as [string, string | null | undefined];
}

describe("the schema", () => {
  it("holds the whole core with types and nullability just so", () => {
    const has = new Set(namedTypes(schema).flatMap(linesOf));
    const missing = namedTypes(core)
      .flatMap(linesOf)
      .filter((line) => !has.has(line));
    expect(missing).toEqual([]);
  });

  it("demands no argument and no input field that the core does not have", () => {
    const known = namedTypes(core).flatMap(linesOf);
    const ofCore = (line: string) => known.some((other) => other.startsWith(`${line.split("(")[0]}:`));
    const demanded = namedTypes(schema)
      .flatMap(linesOf)
      .filter((line) => line.includes("(") && line.endsWith("!") && ofCore(line) && !known.includes(line));
    expect(demanded).toEqual([]);
  });

  it("describes every type, field, argument, input field and enum value", () => {
    const silent = namedTypes(schema)
      .flatMap(descriptionsOf)
      .filter(([, description]) => description == null || description.trim() === "");
    expect(silent).toEqual([]);
  });

  it("has rows that can be fetched again in every list but that of lines that were found", () => {
    const rows = namedTypes(schema)
      .filter((type) => isObjectType(type) && type.name.endsWith("Edge"))
      .map((type) => getNamedType((type as GraphQLObjectType).getFields().node?.type));
    const others = rows.filter(
      (type) => !(isObjectType(type) && type.getInterfaces().some(({ name }) => name === "Node")),
    );
    expect(others.map((type) => type?.name)).toEqual(["FoundLine"]);
  });

  it("is valid", () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it("is the committed one, printed and introspected", () => {
    expect(readFileSync("schema/schema.graphql", "utf8")).toBe(printOrderedSchema(schema));
    expect(JSON.parse(readFileSync("schema/introspection.json", "utf8"))).toEqual(
      JSON.parse(JSON.stringify(introspectionFromSchema(schema))),
    );
  });
});
