import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Client, createClient, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { RUN_IDS, world } from "./world.ts";

interface Runs {
  readonly invocations: {
    readonly edges: readonly { readonly node: { readonly invokeId: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const RUNS = `query runs($first: Int, $after: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, filter: $filter) {
    edges { cursor node { id invokeId status command { name } statusCounts { status count } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

describe("urql with relayPagination", () => {
  let gateway: TestGateway;
  let client: Client;
  const warnings: string[] = [];
  beforeAll(async () => {
    gateway = await startGateway({ world });
    const none = () => null;
    const cache = cacheExchange({
      schema: JSON.parse(readFileSync("schema/introspection.json", "utf8")),
      resolvers: { Query: { invocations: relayPagination() } },
      // Parts of something else, which have no identity of their own.
      keys: { Command: none, StatusCount: none },
      logger: (_severity, message) => void warnings.push(message),
    });
    client = createClient({ url: gateway.url, exchanges: [cache, fetchExchange], preferGetMethod: false });
  });
  afterAll(() => gateway.stop());

  const idsOf = (data: Runs | undefined) => data?.invocations.edges.map(({ node }) => node.invokeId);

  it("gathers the pages of a list in its cache, every run once and in order, without a warning", async () => {
    let after: string | null = null;
    let gathered: Runs | undefined;
    for (let fetched = 0; fetched < 5; fetched += 1) {
      const { data, error }: { data?: Runs; error?: unknown } = await client.query<Runs>(RUNS, { first: 10, after });
      expect(error).toBeUndefined();
      gathered = data;
      if (data?.invocations.pageInfo.hasNextPage !== true) break;
      after = data.invocations.pageInfo.endCursor;
    }
    expect([idsOf(gathered), warnings]).toEqual([RUN_IDS, []]);
  });

  it("keeps lists of different filters apart", async () => {
    const { data } = await client.query<Runs>(RUNS, { filter: { invokeId: "t-07" } });
    expect(idsOf(data)).toEqual(["t-07"]);
  });
});
