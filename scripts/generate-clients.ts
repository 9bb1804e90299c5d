// Writes what caches and code generators of clients have to know of the schema: src/client/generated/schema-facts.ts and schema/scalars.json.
import { readFileSync, writeFileSync } from "node:fs";
import { buildSchema } from "graphql";
import { parse } from "yaml";
import { describeFacts, describeScalars } from "./schema-facts.ts";

const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
const { config } = parse(readFileSync("codegen.yml", "utf8")) as {
  readonly config: { readonly scalars: Readonly<Record<string, string>> };
};
writeFileSync("src/client/generated/schema-facts.ts", describeFacts(schema));
writeFileSync("schema/scalars.json", describeScalars(schema, config.scalars));
