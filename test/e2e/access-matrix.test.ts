import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSchema, toGlobalId } from "#graph";
import {
  CALLERS,
  type CallerName,
  type GuardedGateway,
  type MarkedSource,
  SOURCES,
  startGuardedGateway,
} from "../support/access.ts";
import { WAYS_IN, type WayIn } from "../support/one-answer.ts";

const EXECUTION = `id invokeId instanceId status exitCode error { code info } startTime`;
const RESULT = `${EXECUTION} commandId username output { text base64 } ossDelivery { uri }`;
const ROW = `${EXECUTION} provider account regionId result { ${RESULT} } history(first: 5) { nodes { ${RESULT} } }
  instance { id instanceId name agent { version } } invocation { id invokeId command { name } }`;
const RUN = `id invokeId account regionId status parameters username workingDir statusCounts { status count }
  command { commandId name description content } outputGroups { count instanceIds output { text } }
  instanceInvocations(first: 5) { edges { cursor node { ${EXECUTION} result { ${RESULT} } } } totalCount }`;
const PAGE = `totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
  sources { account regionId oldestTime error { message } }`;
const RUNS = `edges { cursor node { ${RUN} } } ${PAGE}`;
const RESULTS = `edges { cursor node { ${RESULT} } } ${PAGE}`;

/** One way to ask for something that lies in a source; `run` is one of its invoke ids. */
interface Entry {
  readonly field: string;
  readonly query: string;
  variables(source: MarkedSource, run: string): Record<string, unknown>;
}

const words = ({ provider, account, regionId }: MarkedSource) => ({ provider, account, regionId });
const WORDS = "$provider: Provider!, $regionId: String!, $account: String";
const HERE = "provider: $provider, regionId: $regionId, account: $account";
const nothing = () => ({});
const source = ({ provider, account, regionId }: MarkedSource) => ({ provider, account, regionId });
const idsOf = (at: MarkedSource, invokeId: string) => {
  const { instanceId } = at;
  return [
    toGlobalId({ type: "Invocation", source: source(at), invokeId }),
    toGlobalId({ type: "InstanceInvocation", source: source(at), invokeId, instanceId }),
    toGlobalId({ type: "InvocationResult", source: source(at), invokeId, instanceId, execution: null }),
    toGlobalId({ type: "Instance", source: source(at), instanceId }),
  ];
};
const NODE = `__typename id ... on Invocation { ${RUN.replace(" status ", " state: status ")} } ... on InstanceInvocation { ${ROW} }
  ... on InvocationResult { ${RESULT} } ... on Instance { name invocations(first: 5) { ${RUNS} } }`;

const ENTRIES: readonly Entry[] = [
  { field: "invocations", query: `{ invocations(first: 50) { ${RUNS} } }`, variables: nothing },
  { field: "invocations", query: `{ invocations(last: 50) { ${RUNS} } }`, variables: nothing },
  ...["accountIn: [$account]", "regionIdIn: [$regionId]", "invokeId: $run", "instanceId: $instanceId"].map(
    (filter): Entry => ({
      field: "invocations",
      query: `query ($account: String = "", $regionId: String = "", $run: String, $instanceId: String)
        { invocations(filter: { ${filter} }) { ${RUNS} } sources { account } unused: invocations(first: 0,
          filter: { accountIn: [$account], regionIdIn: [$regionId], invokeId: $run, instanceId: $instanceId }) { totalCount } }`,
      variables: ({ account, regionId, instanceId }, run) => ({ account, regionId, instanceId, run }),
    }),
  ),
  {
    field: "invocation",
    query: `query (${WORDS}, $run: String!) { invocation(${HERE}, invokeId: $run) { ${RUN} } }`,
    variables: (at, run) => ({ ...words(at), run }),
  },
  {
    field: "invocationResults",
    query: `query (${WORDS}, $run: String!) { invocationResults(filter: { ${HERE}, invokeId: $run }) { ${RESULTS} } }`,
    variables: (at, run) => ({ ...words(at), run }),
  },
  {
    field: "invocationResults",
    query: `query (${WORDS}, $id: String!) { invocationResults(filter: { ${HERE}, instanceId: $id }) { ${RESULTS} } }`,
    variables: (at) => ({ ...words(at), id: at.instanceId }),
  },
  {
    field: "invocationResults",
    query: `query (${WORDS}, $id: String!) { invocationResults(filter: { ${HERE}, commandId: $id }) { ${RESULTS} } }`,
    variables: (at, run) => ({ ...words(at), id: run.replace(/^t-(.*)-(\d)$/, (_, mark, n) => `c-${mark}-${n - 1}`) }),
  },
  {
    field: "instance",
    query: `query (${WORDS}, $id: String!) { instance(${HERE}, instanceId: $id) { id name agent { version }
      invocations(first: 5) { ${RUNS} } } }`,
    variables: (at) => ({ ...words(at), id: at.instanceId }),
  },
  { field: "sources", query: "{ sources { provider account regionId error { message } } }", variables: nothing },
  { field: "viewer", query: "{ viewer { name roles may } }", variables: nothing },
  ...[0, 1, 2, 3].map(
    (type): Entry => ({
      field: "node",
      query: `query ($id: ID!) { node(id: $id) { ${NODE} } }`,
      variables: (at, run) => ({ id: idsOf(at, run)[type] }),
    }),
  ),
  {
    field: "nodes",
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Invocation { command { name } } ... on Instance { name } } }`,
    variables: (at, run) => ({ ids: idsOf(at, run) }),
  },
  ...["id", "invokeId"].map(
    (name): Entry => ({
      field: "lookup",
      query: `query ($value: ID!, $text: String) { lookup(by: { ${name}: ${name === "id" ? "$value" : "$text"} }) { ${NODE} }
        unused: node(id: $value) { id } never: invocations(first: 0, filter: { invokeId: $text }) { totalCount } }`,
      variables: (at, run) => ({ value: idsOf(at, run)[0], text: run }),
    }),
  ),
  {
    field: "instances",
    query: `{ instances(first: 50) { nodes { id instanceId name account regionId } ${PAGE} } }`,
    variables: nothing,
  },
  {
    field: "searchOutputs",
    query: `query ($text: String!) { searchOutputs(text: $text) { searchedOutputs missingOutputs searchedSince ${PAGE}
      nodes { line before after invocation { ${RUN} } instanceInvocation { ${EXECUTION} } } } }`,
    variables: ({ mark }) => ({ text: mark }),
  },
  ...["COMMAND", "INSTANCE", "ACCOUNT", "REGION"].map(
    (by): Entry => ({
      field: "statistics",
      query: `query ($mark: String) { statistics(by: ${by}) { key count failedCount statusCounts { status count } }
        unused: invocations(first: 0, filter: { commandNameContains: $mark }) { totalCount }
        sources { account regionId } invocations(first: 1, filter: { commandNameContains: $mark }) { nodes { invokeId command { name } } } }`,
      variables: ({ mark }) => ({ mark }),
    }),
  ),
  {
    field: "invocationsChanged",
    query: `subscription { invocationsChanged { position isSnapshot entered { ${RUN} } changed { id } left { id } } }`,
    variables: nothing,
  },
  {
    field: "outputAppended",
    query: `subscription ($id: ID!) { outputAppended(id: $id) { text instanceInvocation { ${EXECUTION} } } }`,
    variables: (at, run) => ({ id: idsOf(at, run)[0] }),
  },
  {
    field: "invocationUpdated",
    query: `subscription ($id: ID!) { invocationUpdated(id: $id) { ${RUN} } }`,
    variables: (at, run) => ({ id: idsOf(at, run)[0] }),
  },
];

const mayEnter = (caller: CallerName, { account }: MarkedSource) => caller !== "tester" || account === "testing";
const maySee = (caller: CallerName, run: string) => caller !== "auditor" || run.endsWith("-2");

// Messages repeat what was asked for: words as they came, or those of the id.
const ECHOES = /got \\".*?\\"|There is no run \S+ of \S+ in \S+/g;

/** What in an answer betrays that something is there which the caller may not see. Ids name the source they were made of, as sent. */
function foreignWords(caller: CallerName, text: string): readonly string[] {
  const words = [
    ...SOURCES.filter((at) => !mayEnter(caller, at)).flatMap(({ mark, regionId }) => [mark, regionId, '"production"']),
    ...(caller === "auditor" ? SOURCES.flatMap(({ mark, invokeIds: [first = ""] }) => [`deploy-${mark}`, first]) : []),
  ];
  return words.filter((word) => text.replace(ECHOES, "").includes(word));
}

let gateway: GuardedGateway;
const ways = new Map<string, WayIn>();
beforeAll(async () => {
  gateway = await startGuardedGateway({}, { CLIENT_CALLS_PER_MINUTE: "0" });
  for (const [name, enter] of Object.entries(WAYS_IN)) {
    for (const caller of CALLERS) ways.set(`${name} ${caller}`, enter(gateway.url, `Bearer ${gateway.keys[caller]}`));
  }
  // Everything is in the shared caches before anybody asks who may see less.
  for (const at of SOURCES) for (const run of at.invokeIds) await askAll("owner", at, run, "http");
});
afterAll(async () => {
  for (const way of ways.values()) await way.leave();
  await gateway.stop();
});

async function askAll(caller: CallerName, at: MarkedSource, run: string, way: string): Promise<readonly string[]> {
  const entries = way === "http" ? ENTRIES.filter(({ query }) => !query.startsWith("subscription")) : ENTRIES;
  const answers: string[] = [];
  for (const entry of entries) {
    // A run that is not there is waited for before a watch of it ends.
    const isWaiting = /^subscription.*\$id/.test(entry.query) && mayEnter(caller, at) && !maySee(caller, run);
    if (isWaiting) continue;
    answers.push(`${entry.field}: ${await ways.get(`${way} ${caller}`)?.ask(entry.query, entry.variables(at, run))}`);
  }
  return answers;
}

/** An answer without what differs from one request to the next. */
const plain = (answer: string) =>
  answer.replace(/"extensions":\{"cost":.*?\}\}?/g, "").replace(/"locations":\[.*?\],?/g, "");

describe("a caller finds nothing that no role gives", () => {
  it("by any field that a question can begin with", () => {
    const schema = createSchema();
    const roots = [schema.getQueryType(), schema.getSubscriptionType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    expect([...new Set(ENTRIES.map(({ field }) => field))].sort()).toEqual(roots.sort());
  });

  it.each(
    Object.keys(WAYS_IN).flatMap((way) => (["tester", "auditor"] as const).map((caller) => [caller, way] as const)),
  )("%s over %s: no foreign row, id, name or count", async (caller, way) => {
    const betrayals: string[] = [];
    // The other transports differ in how they begin and not in what they read.
    const [places, runs] = way === "http" ? [SOURCES, 2] : [SOURCES.slice(0, 2), 1];
    for (const at of places) {
      for (const run of at.invokeIds.slice(0, runs)) {
        for (const answer of await askAll(caller, at, run, way)) {
          for (const word of foreignWords(caller, answer)) betrayals.push(`${word} in ${answer.slice(0, 300)}`);
        }
      }
    }
    expect(betrayals).toEqual([]);
  });

  it("and an owner finds everything by the same questions", async () => {
    for (const at of SOURCES) {
      const [run = ""] = at.invokeIds;
      const answers = await askAll("owner", at, run, "websocket");
      const silent = answers.filter((answer) => !answer.includes(at.mark) && !/^(sources|viewer):/.test(answer));
      expect(silent.map((answer) => answer.slice(0, 200))).toEqual([]);
    }
  });

  it("and gets the answers for it that something gone gets", async () => {
    const [production] = SOURCES;
    if (production === undefined) throw new Error("The world has no source.");
    const foreign = await askAll("tester", production, "t-crimson-1", "http");
    const invented = {
      ...production,
      mark: "gone",
      account: "nobodys000",
      regionId: "cn-nowhere0",
      instanceId: "i-gone000",
    };
    const gone = await askAll("tester", invented, "t-gone-1", "http");
    const asGone = (answer: string) =>
      plain(answer).replaceAll("production", "nobodys000").replaceAll("cn-hangzhou", "cn-nowhere0");
    expect(foreign.map(asGone)).toEqual(gone.map(plain));
  });

  it("where the run's command decides, as for a run that never was", async () => {
    const differing: string[] = [];
    for (const at of SOURCES) {
      const [denied = ""] = at.invokeIds;
      const gone = denied.replace(/-1$/, "-9");
      const [mine, theirs] = [await askAll("auditor", at, denied, "http"), await askAll("auditor", at, gone, "http")];
      mine.forEach((answer, index) => {
        const own = plain(answer);
        if (own !== plain(theirs[index] ?? ""))
          differing.push(`${own.slice(0, 400)} | ${plain(theirs[index] ?? "").slice(0, 400)}`);
      });
    }
    expect(differing).toEqual([]);
  });

  it("by cursors that another caller was given", async () => {
    const page =
      "query ($after: String) { invocations(first: 2, after: $after) { nodes { invokeId } pageInfo { endCursor } } }";
    type Page = { invocations: { nodes: { invokeId: string }[]; pageInfo: { endCursor: string } } };
    const { data } = await gateway.askAs<Page>("owner", page);
    const after = data.invocations.pageInfo.endCursor;
    const seen = await gateway.askAs<Page>("tester", page, { after });
    expect(seen.data.invocations.nodes.map(({ invokeId }) => invokeId)).toEqual(["t-5a5a-2", "t-violet-1"]);
  });
});

describe("metrics", () => {
  const metricsFor = async (caller: CallerName) => {
    const headers = { authorization: `Bearer ${gateway.keys[caller]}` };
    return (await fetch(new URL("/metrics", gateway.url), { headers })).text();
  };
  const sourcesIn = (text: string) => [...new Set(text.match(/account="[^"]*",region="[^"]*"/g))].sort();

  it("tell each caller of sources of which it may see every run, and of the whole gateway", async () => {
    await gateway.askAs("owner", "{ invocations(first: 50) { totalCount } }");
    const [owner, tester, auditor] = await Promise.all((["owner", "tester", "auditor"] as const).map(metricsFor));
    const own = ['account="testing",region="cn-beijing"', 'account="testing",region="cn-shanghai"'];
    expect([owner, tester, auditor].map((text = "") => sourcesIn(text))).toEqual([
      ['account="production",region="cn-hangzhou"', ...own],
      own,
      [],
    ]);
    expect(foreignWords("tester", tester ?? "")).toEqual([]);
    expect(auditor).toContain("gateway_requests_total");
  });
});
