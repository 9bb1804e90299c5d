import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";

import { createApp } from "#app";
import { readConfig } from "#config";
import { AMPLE_QUOTA } from "../../support/quota.ts";

// Compiled from the third sight on.
const ROUNDS = 4;

const RUN = `fragment Run on Invocation {
  __typename id provider account regionId invokeId status rawStatus isFinal creationTime parameters timed repeatMode timeoutSeconds
  tags { key value } statusCounts { status count } command { commandId name type content contentBase64 }
  instanceInvocations(first: 2) { totalCount nodes {
    id instanceId status startTime finishTime durationMs exitCode error { code info remedy } instance { id name osType }
    result { id exitCode output { text base64 byteLength droppedBytes truncated charset lossy } }
  } }
}`;

describe("the gateway's own schema", () => {
  const app = createApp(readConfig({ PORT: "0", UPSTREAM_QUOTA: AMPLE_QUOTA, SOFT_DEADLINE_MS: "9000" }), {
    logDestination: { write: () => {} },
  });
  const before = new Date(Date.now() - 6 * 3_600_000).toISOString();
  let url = "";
  let ids: string[] = [];

  const ask = async (query: string, variables: object = {}) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
    return { status: response.status, data, errors };
  };

  beforeAll(async () => {
    ({ url } = await app.start());
    const { data } = await ask(
      "query ($before: DateTime) { invocations(first: 3, filter: { createdBefore: $before }) { nodes { id instanceInvocations { nodes { id result { id } } } } } }",
      { before },
    );
    const text = JSON.stringify(data);
    ids = [...text.matchAll(/"id":"([^"]+)"/g)].map((match) => match[1] ?? "").slice(0, 6);
  });
  afterAll(() => app.stop());

  it.each([
    [
      "a page",
      `query ($before: DateTime) { invocations(first: 5, filter: { createdBefore: $before }) { nodes { ...Run } pageInfo { hasNextPage } sources { regionId ok } } } ${RUN}`,
    ],
    [
      "nodes",
      "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Invocation { invokeId } ... on InstanceInvocation { instanceId } ... on InvocationResult { output { text } } } }",
    ],
    [
      "parts that are included",
      "query ($ids: [ID!]!, $yes: Boolean = true) { nodes(ids: $ids) { id ... on Invocation @include(if: $yes) { status } ... on InstanceInvocation { result { exitCode output @skip(if: $yes) { text } } } } }",
    ],
    ["an argument that is refused", "{ invocations(first: 101) { nodes { id } } }"],
    ["a value that does not fit", '{ invocations(filter: { createdBefore: "yesterday" }) { nodes { id } } }'],
    ["an id that is damaged", '{ node(id: "damaged") { id } }'],
    ["two members of a choice", "query ($two: LookupInput!) { lookup(by: $two) { id } }"],
    ["introspection", getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true })],
  ])("answers %s the same way, compiled or not", async (_name, query) => {
    const variables = { before, ids, two: { id: "a", invokeId: "b" } };
    const first = await ask(query, variables);
    expect(first.data ?? first.errors).toBeDefined();
    for (let round = 1; round < ROUNDS; round += 1) expect(await ask(query, variables)).toEqual(first);
  });
});
