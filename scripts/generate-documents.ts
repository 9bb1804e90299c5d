// Writes docs/schema.md, the schema for people, from schema/schema.graphql and the operations.
import { readFileSync, writeFileSync } from "node:fs";
import { buildSchema } from "graphql";

import { describeSchema, readOperations } from "./schema-document.ts";

const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
writeFileSync("docs/schema.md", describeSchema(schema, readOperations("schema/operations")));
