import { describe, expect, it } from "@jest/globals";
import { parse, validate } from "graphql";

import { ask, pageOf, schema, stubServices } from "./ask.ts";

const QUERY = "query ($at: DateTime) { invocations(filter: { createdAfter: $at }) { totalCount } }";

describe("an instant as an argument", () => {
  it.each([
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"],
    ["2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500Z"],
    ["2026-01-02T11:04:05+08:00", "2026-01-02T03:04:05.000Z"],
    ["2026-01-01t22:34:05.123456-04:30", "2026-01-02T03:04:05.123Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("%s becomes %s, as a variable and as a literal", async (given, instant) => {
    const asked = stubServices({ pageInvocations: async () => pageOf([]) });
    await ask(asked, QUERY, { at: given });
    await ask(asked, `{ invocations(filter: { createdAfter: "${given}" }) { totalCount } }`);
    expect(asked.calls.map(([, , filter]) => filter)).toEqual([{ createdAfter: instant }, { createdAfter: instant }]);
  });

  it.each([
    "2026-01-02T03:04:05",
    "2026-01-02 03:04:05",
    "2026-01-02",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-02T25:00:00Z",
    "yesterday",
    "",
  ])("%j is refused before anything is asked", async (given) => {
    const asked = stubServices({});
    const { errors } = await ask(asked, QUERY, { at: given });
    const literal = parse(`{ invocations(filter: { createdAfter: ${JSON.stringify(given)} }) { totalCount } }`);
    expect([errors?.[0]?.code, validate(schema, literal)[0]?.message]).toEqual([
      expect.stringContaining("expected an instant with a time zone"),
      expect.stringContaining("expected an instant with a time zone"),
    ]);
    expect(asked.calls).toEqual([]);
  });
});
