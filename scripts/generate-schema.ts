// Writes what clients generate their code from: schema/schema.graphql and schema/introspection.json.
import { writeFileSync } from "node:fs";
import { introspectionFromSchema } from "graphql";

import { createSchema, printOrderedSchema } from "#graph";

const schema = createSchema();
writeFileSync("schema/schema.graphql", printOrderedSchema(schema));
writeFileSync("schema/introspection.json", `${JSON.stringify(introspectionFromSchema(schema), null, 2)}\n`);
