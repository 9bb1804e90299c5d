import { describe, expect, it } from "@jest/globals";
import { AccessFileError, readAccessFile } from "#access";

const accounts = [
  { alias: "production", ecsRegions: ["cn-hangzhou", "cn-beijing"], swasRegions: [] },
  { alias: "testing", ecsRegions: ["all"], swasRegions: ["cn-shanghai"] },
];
const SHA = "0f".repeat(32);

/** What is said of a file with these lines behind its first: faults that refuse it, or doubts. */
function toldOf(lines: string): { readonly faults?: readonly string[]; readonly doubts?: readonly string[] } {
  try {
    const { doubts } = readAccessFile(`keys: [{ name: bot, sha256: ${SHA}, roles: [ops] }]\n${lines}`, "a.yml", {
      accounts,
    });
    return { doubts };
  } catch (error) {
    if (error instanceof AccessFileError) return { faults: error.problems };
    throw error;
  }
}

const toldOfSource = (source: string) => toldOf(`roles: { ops: { may: [runs], sources: [{}, ${source}] } }`);
const AT = "a.yml:2: `roles.ops.sources[1]";

describe("a role's sources that the gateway does not read", () => {
  it.each([
    [
      "a region that is misspelt",
      "{ account: production, regions: [cn-hangzou] }",
      '.regions[0]`: expected a region that is read there (cn-hangzhou, cn-beijing), got "cn-hangzou".',
    ],
    [
      "a region of another product",
      "{ account: testing, provider: SWAS, regions: [cn-hangzhou] }",
      '.regions[0]`: expected a region that is read there (cn-shanghai), got "cn-hangzhou".',
    ],
    [
      "a product that the account has not",
      "{ account: 'prod*', provider: SWAS, regions: [cn-*] }",
      '.provider`: expected a product that is read there (ECS), got "SWAS".',
    ],
    [
      "a region beside others",
      "{ account: production, regions: [cn-hangzhou, cn-hangzou] }",
      '.regions[1]`: expected a region that is read there (cn-hangzhou, cn-beijing), got "cn-hangzou".',
    ],
    [
      "a pattern",
      "{ account: production, regions: [us-*] }",
      '.regions[0]`: expected a pattern that fits a region that is read there (cn-hangzhou, cn-beijing), got "us-*".',
    ],
  ])("are told of: %s", (_name, source, problem) => {
    expect(toldOfSource(source)).toEqual({ doubts: [`${AT}${problem}`] });
  });

  it("are refused if the account is none of the gateway's", () => {
    expect(toldOfSource("{ account: productoin, provider: SWAS, regions: [cn-hangzou] }")).toEqual({
      faults: [`${AT}.account\`: expected an account of the gateway (production, testing), got "productoin".`],
    });
  });

  it.each([
    "{ regions: [cn-hangzou, us-*] }",
    "{ account: testing, provider: ECS, regions: [cn-hangzou] }",
    "{ provider: SWAS }",
    "{ account: production, regions: [cn-beijing, '*-hangzhou'] }",
  ])("are none if all regions of one are read, or each is: %s", (source) => {
    expect(toldOfSource(source)).toEqual({ doubts: [] });
  });
});

describe("what of an access file gives nothing", () => {
  it.each([
    ["outputs", "outputs"],
    ["commands, outputs", "commands, outputs"],
  ])("are kinds without runs: %s", (kinds, got) => {
    const role = `roles:\n  viewers: { may: [runs], sources: [{}] }\n  ops: { may: [${kinds}], sources: [{}] }`;
    const expected = "expected runs beside them, since the other kinds give nothing without it";
    expect([toldOf(role), toldOf(`${role}\neveryone: [viewers]`)]).toEqual([
      { doubts: [`a.yml:4: \`roles.ops.may\`: ${expected}, got ${got} alone.`] },
      { doubts: [] },
    ]);
  });

  it("is a key without roles, unless everyone has one", () => {
    const lines = `  - { name: idle, sha256: ${"1e".repeat(32)}, roles: [] }\nroles: { ops: { may: [runs], sources: [{}] } }`;
    const told = (more: string) => {
      const text = `keys:\n  - { name: bot, sha256: ${SHA}, roles: [ops] }\n${lines}\n${more}`;
      return readAccessFile(text, "a.yml", { accounts }).doubts;
    };
    expect([told(""), told("everyone: [ops]")]).toEqual([
      ["a.yml:3: `keys[1].roles`: expected a role, since nobody is let in without one, got an empty list."],
      [],
    ]);
  });
});
