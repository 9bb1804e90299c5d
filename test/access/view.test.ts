import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ALL_KINDS, createOpenView, createView, KINDS, NO_KINDS, type Role } from "#access";
import type { Source } from "#domain";

const production: Source = { provider: "ECS", account: "production", regionId: "cn-hangzhou" };
const testing: Source = { provider: "ECS", account: "testing", regionId: "cn-hangzhou" };
const anySource = { account: null, provider: null, regions: null };

function role(may: Role["may"], sources: readonly Partial<Role["sources"][number]>[], commandNames?: string[]): Role {
  return { may, sources: sources.map((rule) => ({ ...anySource, ...rule })), commandNames: commandNames ?? null };
}

function viewOf(...roles: readonly Role[]) {
  return createView(new Map(roles.map((one, index) => [`role-${index}`, one])));
}

const runs = { runs: true, commands: false, outputs: false };

describe("a view", () => {
  it("gives nothing that no role gives", () => {
    const view = viewOf();
    expect(view.maySee(production)).toBe(false);
    expect(view.rightsFor(production)).toMatchObject({ always: NO_KINDS, possible: NO_KINDS });
  });

  it("unites roles source by source: production with outputs, testing without", () => {
    const view = viewOf(
      role(["runs", "outputs"], [{ account: "production" }]),
      role(["runs"], [{ account: "testing" }]),
    );
    expect(view.rightsFor(production).always).toEqual({ runs: true, commands: false, outputs: true });
    expect(view.rightsFor(testing).always).toEqual(runs);
    expect(view.maySee({ ...production, account: "staging" })).toBe(false);
  });

  it("joins account, product and region of one rule by and, rules by or", () => {
    const view = viewOf(
      role(["runs"], [{ account: "prod*", provider: "ECS", regions: ["cn-*", "eu-?entral-1"] }, { provider: "SWAS" }]),
    );
    const sees = (source: Partial<Source>) => view.maySee({ ...production, ...source });
    expect(sees({})).toBe(true);
    expect(sees({ regionId: "eu-central-1" })).toBe(true);
    expect(sees({ regionId: "eu-central-11" })).toBe(false);
    expect(sees({ regionId: "us-east-1" })).toBe(false);
    expect(sees({ account: "testing" })).toBe(false);
    expect(sees({ account: "testing", provider: "SWAS", regionId: "us-east-1" })).toBe(true);
  });

  it("decides by the command's name if a role says so; an unknown name fits nothing", () => {
    const rights = viewOf(role(["runs"], [{}]), role(["outputs", "commands"], [{}], ["audit-*"])).rightsFor(production);
    expect(rights).toMatchObject({ always: runs, possible: ALL_KINDS, dependsOnCommandName: true });
    expect(rights.forCommand("audit-users")).toEqual(ALL_KINDS);
    expect(rights.forCommand("deploy")).toEqual(runs);
    expect(rights.forCommand(null)).toEqual(runs);
    expect(rights.forCommand(undefined)).toEqual(runs);
  });

  it("hides runs of other commands, but not the source", () => {
    const view = viewOf(role(["runs", "outputs"], [{}], ["audit-*"]));
    expect(view.maySee(production)).toBe(true);
    expect(view.rightsFor(production).always).toEqual(NO_KINDS);
    expect(view.rightsFor(production).forCommand("deploy")).toEqual(NO_KINDS);
  });

  it("gives outputs of no run that it does not give", () => {
    expect(viewOf(role(["outputs", "commands"], [{}])).rightsFor(production).possible).toEqual(NO_KINDS);
  });

  it("works rights out once for a source", () => {
    const view = viewOf(role(["runs"], [{}]));
    expect(view.rightsFor({ ...production })).toBe(view.rightsFor({ ...production }));
  });

  it("gives everything without an access file", () => {
    const rights = createOpenView().rightsFor(testing);
    expect(createOpenView().maySee(testing)).toBe(true);
    expect([rights.always, rights.possible, rights.forCommand(null)]).toEqual([ALL_KINDS, ALL_KINDS, ALL_KINDS]);
  });

  it("is never more than the union of its roles, each for its own sources and commands", () => {
    const words = fc.constantFrom("a", "b", "ab");
    const patterns = fc.constantFrom("a", "b", "*", "a*", "?b", "*b*");
    const anyRole = fc.record({
      may: fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 }),
      sources: fc.array(
        fc.record({
          account: fc.option(patterns),
          provider: fc.option(fc.constantFrom("ECS" as const, "SWAS" as const)),
          regions: fc.option(fc.array(patterns, { minLength: 1, maxLength: 2 })),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      commandNames: fc.option(fc.array(patterns, { minLength: 1, maxLength: 2 })),
    });
    const source = fc.record({
      provider: fc.constantFrom("ECS" as const, "SWAS" as const),
      account: words,
      regionId: words,
    });
    fc.assert(
      fc.property(fc.array(anyRole, { maxLength: 3 }), source, fc.option(words), (roles, place, name) => {
        const given = KINDS.filter((kind) => roles.some((one) => one.may.includes(kind) && holds(one, place, name)));
        const expected = given.includes("runs") ? given : [];
        const kinds = viewOf(...roles)
          .rightsFor(place)
          .forCommand(name);
        expect(KINDS.filter((kind) => kinds[kind])).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function holds({ sources, commandNames }: Role, place: Source, name: string | null): boolean {
  const fits = (pattern: string, text: string) =>
    new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
  const isCovered = sources.some(
    (rule) =>
      (rule.account === null || fits(rule.account, place.account)) &&
      (rule.provider === null || rule.provider === place.provider) &&
      (rule.regions === null || rule.regions.some((region) => fits(region, place.regionId))),
  );
  return isCovered && (commandNames === null || (name !== null && commandNames.some((pattern) => fits(pattern, name))));
}
