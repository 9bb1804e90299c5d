import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Client, createClient, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";

import { RecentRunsDocument } from "cloud-assistant-gateway/documents";
import { createResolvers, keys } from "cloud-assistant-gateway/urql";
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
    const cache = cacheExchange({
      schema: JSON.parse(readFileSync("schema/introspection.json", "utf8")),
      resolvers: createResolvers(relayPagination()),
      keys,
      // What is `debug` tells of pages that are not there yet.
      logger: (severity, message) => void (severity === "debug" || warnings.push(message)),
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

  it("gathers the pages of a packaged document, without a warning", async () => {
    let after: string | null = null;
    let ids: readonly (string | undefined)[] = [];
    for (let fetched = 0; fetched < 5; fetched += 1) {
      const { data } = await client.query(RecentRunsDocument, { first: 8, after }).toPromise();
      ids = data?.invocations?.nodes.map((run) => run?.invokeId) ?? [];
      if (data?.invocations?.pageInfo.hasNextPage !== true) break;
      after = data.invocations.pageInfo.endCursor;
    }
    const cached = await client
      .query(RecentRunsDocument, { first: 8, after: null }, { requestPolicy: "cache-only" })
      .toPromise();
    expect([ids, warnings]).toEqual([RUN_IDS, []]);
    expect([cached.data?.invocations?.nodes.length, cached.data?.invocations?.sources]).toEqual([
      RUN_IDS.length,
      [expect.objectContaining({ provider: "ECS", regionId: "cn-hangzhou", ok: true, error: null })],
    ]);
  });

  it("keeps lists of different filters apart", async () => {
    const { data } = await client.query<Runs>(RUNS, { filter: { invokeId: "t-07" } });
    expect(idsOf(data)).toEqual(["t-07"]);
  });
});
