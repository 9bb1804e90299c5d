import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { possibleTypes, typePolicies } from "cloud-assistant-gateway/apollo";
import { RecentRunsDocument, RunOutputsDocument } from "cloud-assistant-gateway/documents";
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

describe("Apollo Client with the packaged cache settings", () => {
  let gateway: TestGateway;
  let client: ApolloClient;
  beforeAll(async () => {
    gateway = await startGateway({ world });
    client = new ApolloClient({
      link: new HttpLink({ uri: gateway.url, fetch: (...request) => fetch(...request) }),
      cache: new InMemoryCache({ possibleTypes, typePolicies }),
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

  it("gathers the pages of a packaged document, and begins a list anew when it is asked for anew", async () => {
    const variables = { first: 10, filter: { accountIn: ["default"] } };
    const list = client.watchQuery({ query: RecentRunsDocument, variables });
    const shown = list.subscribe(() => {});
    let page = (await client.query({ query: RecentRunsDocument, variables })).data?.invocations?.pageInfo;
    const idsOf = () =>
      client.readQuery({ query: RecentRunsDocument, variables })?.invocations?.nodes.map((run) => run?.invokeId);
    const cursors: (string | null)[] = [];
    for (let fetched = 1; page?.hasNextPage === true && fetched < 5; fetched += 1) {
      cursors.push(page.endCursor);
      page = (await list.fetchMore({ variables: { after: page.endCursor } })).data?.invocations?.pageInfo;
    }
    const gathered = idsOf();
    await list.fetchMore({ variables: { after: cursors[0] ?? null } });
    const again = idsOf();
    await list.refetch();
    expect([gathered, again, idsOf()]).toEqual([RUN_IDS, RUN_IDS.slice(0, 20), RUN_IDS.slice(0, 10)]);
    shown.unsubscribe();
  });

  it("gathers the pages of a list within a run", async () => {
    const { data } = await client.query({
      query: RecentRunsDocument,
      variables: { first: 1, filter: { invokeId: "t-07" } },
    });
    const id = data?.invocations?.nodes[0]?.id ?? "";
    const variables = { id, first: 1 };
    const list = client.watchQuery({ query: RunOutputsDocument, variables });
    const shown = list.subscribe(() => {});
    const { data: first } = await client.query({ query: RunOutputsDocument, variables });
    const run = first?.node?.__typename === "Invocation" ? first.node : null;
    await list.fetchMore({ variables: { after: run?.instanceInvocations?.pageInfo.endCursor ?? null } });
    const read = client.readQuery({ query: RunOutputsDocument, variables })?.node;
    shown.unsubscribe();
    const rows = read?.__typename === "Invocation" ? read.instanceInvocations?.nodes : [];
    expect(rows?.map((row) => row?.instanceId)).toEqual(["i-1", "i-2"]);
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
