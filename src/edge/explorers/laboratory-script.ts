/** What the script of the laboratory is told: expressions that can stand in a script. */
export interface LaboratoryParts {
  /** A list of `{ document, variables }`. */
  readonly examples: string;
  /** An object: what stands for a value of the newest run, and where that is in its answer. */
  readonly placeholders: string;
}

/**
 * What the page of the laboratory runs, behind the laboratory's own script. Written for browsers, so as a text. The examples are a
 * collection with the newest run's ids in it; subscriptions go to /graphql/stream, where headers reach the gateway, as they cannot over
 * a browser's WebSocket. What people open is kept in the browser; headers, which hold tokens, and answers are not.
 */
export function laboratoryScript({ examples, placeholders }: LaboratoryParts): string {
  return `const examples = ${examples};
const placeholders = ${placeholders};
const NEWEST = "{ invocations(first: 1) { nodes { id provider regionId invokeId instanceInvocations(first: 1) { nodes { id instanceId } } } pageInfo { endCursor } } }";
const ask = self.fetch.bind(self);
const file = { editorWorkerService: "editor", json: "json", graphql: "graphql" };
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => "/explorer/" + (file[label] ?? "editor") + ".worker.bundle.js" };

self.fetch = (address, options) => {
  const headers = new Headers(options?.headers);
  if (!headers.get("accept")?.includes("text/event-stream")) return ask(address, options);
  headers.set("apollo-require-preflight", "1");
  return ask("/graphql/stream" + new URL(address, location.href).search, { ...options, headers });
};

async function readNewest() {
  try {
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: NEWEST }) };
    return (await (await ask("/graphql", options)).json()).data.invocations;
  } catch {
    // Who has to sign in first finds the placeholders.
    return null;
  }
}

function toOperation({ document, variables = {} }, at, newest) {
  const fill = (_, value) => {
    const found = placeholders[value]?.split(".").reduce((within, key) => within?.[key], newest);
    return found ?? value;
  };
  return {
    id: "example-" + at,
    name: /(?:query|subscription)\\s+(\\w+)/.exec(document)?.[1] ?? "example " + (at + 1),
    description: "",
    query: document,
    variables: JSON.stringify(variables, fill, 2),
    headers: "",
    extensions: "",
    createdAt: new Date().toISOString(),
  };
}

const NAME = "cloud-assistant-explorer:";
const keep = (name) => (value) => localStorage.setItem(NAME + name, JSON.stringify(value ?? null));
const recall = (name) => JSON.parse(localStorage.getItem(NAME + name) ?? "null");
const withoutHeaders = (operation) => ({ ...operation, headers: "" });
const forget = () => {};

const newest = await readNewest();
const operations = examples.map((example, at) => toOperation(example, at, newest));
const EXAMPLES = { id: "examples", name: "Examples", createdAt: new Date().toISOString(), operations };
const [first] = operations;
HiveLaboratory.renderLaboratory(document.getElementById("laboratory"), {
  theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  defaultEndpoint: location.origin + "/graphql",
  enableDocs: true,
  // Its scripts need eval, which the policy forbids.
  permissions: { preflight: { read: false, create: false, update: false, delete: false } },
  defaultSettings: {
    fetch: { credentials: "same-origin" },
    subscriptions: { protocol: "GRAPHQL_SSE" },
    introspection: { method: "POST", includeActiveOperationHeaders: true, pollSchema: false },
  },
  defaultCollections: [EXAMPLES, ...(recall("collections") ?? [])],
  defaultOperations: recall("operations") ?? [first],
  defaultTabs: recall("tabs") ?? [{ id: "first", type: "operation", data: { id: first?.id, name: first?.name } }],
  defaultActiveTabId: recall("activeTabId") ?? "first",
  defaultHistory: [],
  defaultEnv: null,
  defaultPreflight: null,
  onCollectionsChange: (all) =>
    keep("collections")(
      all
        .filter(({ id }) => id !== EXAMPLES.id)
        .map((one) => ({ ...one, operations: one.operations.map(withoutHeaders) })),
    ),
  onOperationsChange: (all) => keep("operations")(all.map(withoutHeaders)),
  onTabsChange: (tabs) => keep("tabs")(tabs.filter(({ type }) => type === "operation")),
  onActiveTabIdChange: keep("activeTabId"),
  onEndpointChange: forget,
  onEnvChange: forget,
  onHistoryChange: forget,
  onPreflightChange: forget,
  onSettingsChange: forget,
});
`;
}
