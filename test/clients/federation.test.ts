import { composeServices } from "@apollo/composition";
import { ApolloGateway, type GraphQLDataSource, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSchema, type DocumentNode, graphql, parse } from "graphql";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { world } from "./world.ts";

const OWNERS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { serversOf(owner: String!): [Instance!]! }
  type Instance @key(fields: "id") { id: ID! owner: String }
`;

const instanceQuery = '{ instance(provider: ECS, regionId: "cn-hangzhou", instanceId: "i-1") { id } }';

let gateway: TestGateway;
let router: ApolloServer;
let sdl: string;
let instanceId: string;

beforeAll(async () => {
  gateway = await startGateway({ world, settings: { FEDERATION: "on" } });
  sdl = (await gateway.ask<{ _service: { sdl: string } }>("{ _service { sdl } }")).data._service.sdl;
  instanceId = (await gateway.ask<{ instance: { id: string } }>(instanceQuery)).data.instance.id;
  router = new ApolloServer({ gateway: createRouter(compose().supergraphSdl) });
});
afterAll(async () => {
  await router.stop();
  await gateway.stop();
});

describe("the schema as a subgraph", () => {
  it("composes with a subgraph that adds a field to servers", () => {
    expect(compose().supergraphSdl).toContain("owner: String @join__field(graph: OWNERS)");
  });

  it("makes every node an entity by its id", () => {
    const keyed = [...sdl.matchAll(/^type (\w+).* @key\(fields: "id"\)/gm)].map((match) => match[1]);
    expect(keyed).toEqual(["Instance", "InstanceInvocation", "Invocation", "InvocationResult"]);
  });

  it("lets a router go on from what another subgraph knows to what the gateway knows", async () => {
    const query = '{ serversOf(owner: "shop") { owner name invocations(first: 1) { nodes { invokeId } } } }';
    expect(await ask(query)).toEqual({
      data: {
        serversOf: [{ owner: "shop", name: "shop-1", invocations: { nodes: [{ invokeId: "t-00" }] } }],
      },
    });
  });

  it("lets a router add what another subgraph knows to a page", async () => {
    const query = `{ invocations(first: 1) { nodes { invokeId instanceInvocations { nodes { instance { name owner } } } } } }`;
    const instances = [{ instance: { name: "shop-1", owner: "shop" } }, { instance: { name: "shop-2", owner: null } }];
    expect(await ask(query)).toEqual({
      data: { invocations: { nodes: [{ invokeId: "t-00", instanceInvocations: { nodes: instances } }] } },
    });
  });
});

describe("entities", () => {
  const QUERY = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Invocation { invokeId } ... on InvocationResult { output { text } } ... on Instance { instanceId } } }`;

  it("are read together, each type by its loader, and one that is damaged fails alone", async () => {
    const page = await gateway.ask<Page>(
      "{ invocations(first: 1) { nodes { id instanceInvocations { nodes { result { id } } } } } }",
    );
    const [run] = page.data.invocations.nodes;
    const results = (run?.instanceInvocations.nodes ?? []).map(({ result }) => ({
      __typename: "InvocationResult",
      id: result.id,
    }));
    gateway.emulator.clearCalls();
    const representations = [
      { __typename: "Invocation", id: run?.id },
      ...results,
      { __typename: "Instance", id: instanceId },
      { __typename: "Invocation", id: instanceId },
      { __typename: "Invocation" },
    ];
    const { data, errors } = await gateway.ask(QUERY, { representations });
    expect(data).toEqual({
      _entities: [
        { __typename: "Invocation", invokeId: "t-00" },
        { __typename: "InvocationResult", output: { text: "ok\n" } },
        { __typename: "InvocationResult", output: { text: "ok\n" } },
        { __typename: "Instance", instanceId: "i-1" },
        null,
        null,
      ],
    });
    expect(errors?.map(({ path, extensions }) => [path, "code" in extensions && extensions.code])).toEqual([
      [["_entities", 4], "BAD_USER_INPUT"],
      [["_entities", 5], "BAD_USER_INPUT"],
    ]);
    // Two outputs of one run cost one call.
    expect(gateway.emulator.calls.filter(({ action }) => action === "DescribeInvocationResults")).toHaveLength(1);
  });

  it("are at most 1000 at once", async () => {
    const representations = Array.from({ length: 1001 }, () => ({ __typename: "Instance", id: instanceId }));
    const { errors } = await gateway.ask(QUERY, { representations });
    expect(errors?.map(({ message }) => message)).toEqual(["`representations`: expected at most 1000, got 1001."]);
  });

  it("are counted with every text of the schema before it is written", async () => {
    const names = (count: number, name: string, field: string) =>
      Array.from({ length: count }, (_, index) => `${name}${index}: ${field}`).join(" ");
    const query = `{ ${names(30, "a", "_service { ...F }")} } fragment F on _Service { ${names(50, "b", "sdl")} }`;
    const { errors } = await gateway.ask(query);
    const [first] = (errors ?? []) as readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
    const { limit, max, actual } = first?.extensions ?? {};
    expect([limit, Number(actual) - Number(max) <= JSON.stringify(sdl).length + 500]).toEqual(["answerBytes", true]);
  });

  it("are not there where the setting is off", async () => {
    const plain = await startGateway({ world });
    const { errors } = await plain.ask("{ _service { sdl } }");
    await plain.stop();
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: "GRAPHQL_VALIDATION_FAILED" }]);
  });
});

interface Page {
  readonly invocations: {
    readonly nodes: readonly {
      readonly id: string;
      readonly instanceInvocations: { readonly nodes: readonly { readonly result: { readonly id: string } }[] };
    }[];
  };
}

function compose() {
  const services: { name: string; url: string; typeDefs: DocumentNode }[] = [
    { name: "runs", url: gateway.url, typeDefs: parse(sdl) },
    { name: "owners", url: "http://owners.example/graphql", typeDefs: parse(OWNERS) },
  ];
  const composed = composeServices(services);
  if (composed.errors !== undefined) throw new AggregateError(composed.errors, composed.errors.join("\n"));
  return composed;
}

function createRouter(supergraphSdl: string): ApolloGateway {
  return new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url = "" }) => (name === "owners" ? createOwners() : new RemoteGraphQLDataSource({ url })),
  });
}

/** A subgraph in the same process that knows whose the servers are. */
function createOwners(): GraphQLDataSource {
  const schema = buildSchema(`
    scalar _Any
    union _Entity = Instance
    type Query { serversOf(owner: String!): [Instance!]! _entities(representations: [_Any!]!): [_Entity]! }
    type Instance { id: ID! owner: String }
  `);
  const toInstance = ({ id }: { readonly id: string }) => ({
    __typename: "Instance",
    id,
    owner: id === instanceId ? "shop" : null,
  });
  const rootValue = {
    serversOf: () => [toInstance({ id: instanceId })],
    _entities: ({ representations }: { readonly representations: readonly { readonly id: string }[] }) =>
      representations.map(toInstance),
  };
  return {
    async process({ request: { query = "", variables } }) {
      const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
      return { data: result.data ?? null };
    },
  };
}

async function ask(query: string): Promise<unknown> {
  const { body } = await router.executeOperation({ query });
  return body.kind === "single" ? JSON.parse(JSON.stringify(body.singleResult)) : null;
}
