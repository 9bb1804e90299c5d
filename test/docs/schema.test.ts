import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { buildSchema } from "graphql";

import { describeSchema, readOperations } from "../../scripts/schema-document.ts";

const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
const page = readFileSync("docs/schema.md", "utf8");

describe("docs/schema.md", () => {
  it("is what `npm run generate` makes of the schema and the operations", () => {
    expect(page).toBe(describeSchema(schema, readOperations("schema/operations")));
  });

  it("leads nowhere that is not there", () => {
    const places = new Set([...page.matchAll(/^## (\w+)$/gm)].map((match) => match[1]?.toLowerCase()));
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]);
    expect([links.length > 50, links.filter((link) => !places.has(link))]).toEqual([true, []]);
  });
});
