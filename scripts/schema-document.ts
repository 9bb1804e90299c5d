import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from "graphql";

/** An operation as people ask it, with the comment that says what for. */
export interface DocumentedOperation {
  readonly name: string;
  readonly text: string;
}

/** The operations in a folder, by name. */
export function readOperations(folder: string): readonly DocumentedOperation[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".graphql"));
  return files.sort().map((file) => ({
    name: file.replace(".graphql", ""),
    text: readFileSync(join(folder, file), "utf8"),
  }));
}

const HEAD = `# The schema

Every type with its fields, made from the code by \`npm run generate\`. Lists page as [paging.md](paging.md) says; what fails looks as
[errors.md](errors.md) says; what a question costs stands in [costs.md](costs.md).
`;

/** The schema and its example operations as one page of Markdown; the same text for the same input. */
export function describeSchema(schema: GraphQLSchema, operations: readonly DocumentedOperation[]): string {
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type))
    .sort((a, b) => rank(a, schema) - rank(b, schema) || (a.name < b.name ? -1 : 1));
  const examples = operations.map(({ name, text }) => `### ${name}\n\n\`\`\`graphql\n${text.trim()}\n\`\`\``);
  return `${[HEAD.trim(), ...types.map(describeType), "## Examples", ...examples].join("\n\n")}\n`;
}

function rank(type: GraphQLNamedType, schema: GraphQLSchema): number {
  if (type === schema.getQueryType()) return 0;
  return type === schema.getSubscriptionType() ? 1 : 2;
}

function describeType(type: GraphQLNamedType): string {
  return [`## ${type.name}`, `${kindOf(type)}. ${oneLine(type.description)}`, membersOf(type)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function kindOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return "Enum";
  if (isInputObjectType(type)) return "Input";
  if (isScalarType(type)) return type.specifiedByURL ? `Scalar ([definition](${type.specifiedByURL}))` : "Scalar";
  if (isInterfaceType(type)) return "Interface";
  const interfaces = isObjectType(type) ? type.getInterfaces().map(({ name }) => linkTo(name)) : [];
  return interfaces.length === 0 ? "Type" : `Type, a ${interfaces.join(", ")}`;
}

function membersOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) {
    return table(
      ["value", "meaning"],
      type.getValues().map(({ name, description }) => [`\`${name}\``, oneLine(description)]),
    );
  }
  if (isInputObjectType(type))
    return table(
      ["field", "type", "meaning"],
      Object.values(type.getFields()).map((field) => rowOf(field)),
    );
  if (!isObjectType(type) && !isInterfaceType(type)) return "";
  return table(["field", "type", "meaning"], Object.values(type.getFields()).flatMap(rowsOf));
}

function rowsOf(field: GraphQLField<unknown, unknown>): string[][] {
  return [rowOf(field), ...field.args.map((argument) => rowOf(argument, "↳ "))];
}

interface Member {
  readonly name: string;
  readonly type: unknown;
  readonly description?: string | null | undefined;
}

function rowOf(member: Member, mark = ""): string[] {
  return [`${mark}\`${member.name}\``, typeOf(String(member.type)), oneLine(member.description)];
}

function typeOf(text: string): string {
  const [name = ""] = /\w+/.exec(text) ?? [];
  const [before = "", after = ""] = text.split(name);
  const isBuiltIn = ["ID", "String", "Int", "Boolean", "Float"].includes(name);
  return isBuiltIn ? `\`${text}\`` : `${escapeBrackets(before)}${linkTo(name)}${escapeBrackets(after)}`;
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function escapeBrackets(text: string): string {
  return text.replace(/[[\]]/g, "\\$&");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function oneLine(text: string | null | undefined): string {
  return (text ?? "").replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
}
