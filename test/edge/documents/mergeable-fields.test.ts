import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const SCHEMA = `
  interface Pet { name: String  friend: Pet }
  type Dog implements Pet { name: String  friend: Pet  size(in: Int, of: Of): Int  legs: Int!  home: Dog }
  type Cat implements Pet { name: String  friend: Pet  size(in: Int, of: Of): String  lives: Int  home: Cat }
  input Of { from: Int  to: Int }
  type Query { pet: Pet  dog: Dog }
`;
const DOG = "... on Dog";
const CAT = "... on Cat";
const differing = (name: string, why: string) => `Fields "${name}" conflict because ${why}.`;
const ARGUMENTS = "they have differing arguments";

describe("fields of one name in an answer", () => {
  let gateway: TestGateway;
  let looks = 0;
  beforeAll(async () => {
    const schema = stubSchema(SCHEMA, { Query: { pet: () => null, dog: () => null } });
    const directives = schema.getDirectives();
    // What validates a document looks which directives there are.
    schema.getDirectives = () => {
      looks += 1;
      return directives;
    };
    gateway = await startGateway({ schema });
  });
  afterAll(() => gateway.stop());

  it.each([
    ["are other fields", "{ dog { name: legs name } }", differing("name", '"legs" and "name" are different fields')],
    ["take other arguments", "{ dog { size size(in: 1) } }", differing("size", ARGUMENTS)],
    ["take another object", "{ dog { size(of: { from: 1 }) size(of: { from: 2 }) } }", differing("size", ARGUMENTS)],
    [
      "may be of one object",
      `{ pet { name ${DOG} { name: legs } } }`,
      differing("name", '"name" and "legs" are different fields'),
    ],
    [
      "have other shapes in objects of two types",
      `{ pet { ${DOG} { size } ${CAT} { size } } }`,
      differing("size", 'they return conflicting types "Int" and "String"'),
    ],
    [
      "may lack a value in one of two types",
      `{ pet { ${DOG} { n: legs } ${CAT} { n: lives } } }`,
      differing("n", 'they return conflicting types "Int!" and "Int"'),
    ],
    [
      "differ further down",
      "{ dog { home { ...F } home { friend { x: friend { name } } } } } fragment F on Dog { friend { x: name } }",
      differing("x", '"name" and "friend" are different fields'),
    ],
    [
      "differ further down in objects of two types",
      `{ pet { ${DOG} { home { x: legs } } ${CAT} { home { x: name } } } }`,
      differing("x", 'they return conflicting types "Int!" and "String"'),
    ],
    [
      "differ between fragments",
      "{ dog { ...A ...B } } fragment A on Dog { size(in: 1) } fragment B on Dog { size(in: 2) }",
      differing("size", ARGUMENTS),
    ],
  ])("are refused if they %s", async (_name, query, message) => {
    const { body } = await gateway.ask({ query });
    const { errors } = body as { errors: readonly object[] };
    const extensions = { code: "GRAPHQL_VALIDATION_FAILED" };
    expect(errors[0]).toMatchObject({ message: expect.stringContaining(message), extensions });
  });

  it.each([
    [
      "mean the same in another order",
      "{ dog { size(of: { from: 1, to: 2 }, in: 3) size(in: 3, of: { to: 2, from: 1 }) } }",
    ],
    ["are other fields of other objects", `{ pet { ${DOG} { x: name } ${CAT} { x: name } } }`],
    ["take other arguments in other objects", `{ pet { ${DOG} { x: size(in: 1) } ${CAT} { x: lives } } }`],
    [
      "are selected by one fragment at many places",
      "{ dog { ...F home { ...F } friend { ...F } } } fragment F on Pet { name }",
    ],
  ])("are answered if they %s", async (_name, query) => {
    const { body } = await gateway.ask({ query });
    expect(body).toMatchObject({ data: {} });
  });

  it("are refused if objects of several types double what has to be compared from level to level", async () => {
    const chain = (levels: number): string => (levels === 0 ? "name" : `friend { ${chain(levels - 1)} }`);
    const doubling = (levels: number): string =>
      levels === 0
        ? "name"
        : `friend { ${doubling(levels - 1)} } ${DOG} { ${chain(levels)} } ${CAT} { ${chain(levels)} }`;
    const { body } = await gateway.ask({ query: `{ pet { ${doubling(13)} } }` });
    const { errors } = body as { errors: readonly object[] };
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^Limit comparedSelections: at most 16000 selections to compare/),
        extensions: { code: "LIMIT_EXCEEDED", limit: "comparedSelections", max: 16_000, actual: expect.any(Number) },
      },
    ]);
  });

  it("are compared once for each text, also if it is refused", async () => {
    const query = "{ dog { name: legs name } }";
    const refused = await gateway.ask({ query });
    looks = 0;
    expect((await gateway.ask({ query })).body).toEqual(refused.body);
    expect(looks).toBe(0);
  });
});
