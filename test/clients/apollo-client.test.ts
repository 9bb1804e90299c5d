import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { relayStylePagination } from "@apollo/client/utilities";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { RUN_IDS, world } from "./world.ts";

interface Runs {
  readonly invocations: {
    readonly edges: readonly { readonly node: { readonly invokeId: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const RUNS = gql`query runs($first: Int, $after: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, filter: $filter) {
    edges { cursor node { id invokeId status instanceInvocations(first: 1) { edges { node { id status } } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

describe("Apollo Client with relayStylePagination", () => {
  let gateway: TestGateway;
  let client: ApolloClient;
  beforeAll(async () => {
    gateway = await startGateway({ world });
    client = new ApolloClient({
      link: new HttpLink({ uri: gateway.url, fetch: (...request) => fetch(...request) }),
      cache: new InMemoryCache({
        possibleTypes: { Node: ["Invocation", "InstanceInvocation", "InvocationResult", "Instance"] },
        typePolicies: {
          Query: { fields: { invocations: relayStylePagination(["filter"]) } },
          Invocation: { fields: { instanceInvocations: relayStylePagination(["statusIn"]) } },
        },
      }),
    });
  });
  afterAll(async () => {
    client.stop();
    await gateway.stop();
  });

  it("gathers the pages of a list in its cache, every run once and in order", async () => {
    const list = client.watchQuery<Runs>({ query: RUNS, variables: { first: 10 } });
    const shown = list.subscribe(() => {});
    let page = (await client.query<Runs>({ query: RUNS, variables: { first: 10 } })).data?.invocations.pageInfo;
    for (let fetched = 1; page?.hasNextPage === true && fetched < 5; fetched += 1) {
      const more = await list.fetchMore({ variables: { after: page.endCursor } });
      page = more.data?.invocations.pageInfo;
    }
    shown.unsubscribe();
    const gathered = client.readQuery<Runs>({ query: RUNS, variables: { first: 10 } });
    expect(gathered?.invocations.edges.map(({ node }) => node.invokeId)).toEqual(RUN_IDS);
  });

  it("keeps lists of different filters apart", async () => {
    const { data } = await client.query<Runs>({ query: RUNS, variables: { filter: { invokeId: "t-07" } } });
    expect(data?.invocations.edges.map(({ node }) => node.invokeId)).toEqual(["t-07"]);
  });

  it("answers a second time from its cache", async () => {
    gateway.emulator.clearCalls();
    const { data } = await client.query<Runs>({ query: RUNS, variables: { first: 10 } });
    expect([data?.invocations.edges.length, gateway.emulator.calls]).toEqual([RUN_IDS.length, []]);
  });
});
