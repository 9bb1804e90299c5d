/**
 * What the GraphiQL page runs. Written for browsers, so as a text: a fetcher that asks /graphql for queries and reads
 * /graphql/stream (graphql-sse, distinct connections mode) for subscriptions, and the examples as tabs.
 * @param tabs an expression: a list of `{ query, variables }`
 */
export function graphiqlScript(tabs: string): string {
  return `"use strict";
const tabs = ${tabs};
const JSON_TYPE = "application/json";

async function fetchOnce(request) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": JSON_TYPE, accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify(request),
  });
  return response.json();
}

async function* fetchStream(request) {
  const stop = new AbortController();
  try {
    const response = await fetch("/graphql/stream", {
      method: "POST",
      headers: { "content-type": JSON_TYPE, accept: "text/event-stream" },
      body: JSON.stringify(request),
      signal: stop.signal,
    });
    if (!response.ok || response.body === null) {
      yield await response.json();
      return;
    }
    let text = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (let end = text.indexOf("\\n\\n"); end >= 0; end = text.indexOf("\\n\\n")) {
        const lines = text.slice(0, end).split("\\n");
        text = text.slice(end + 2);
        if (lines.some((line) => line === "event: complete")) return;
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\\n");
        if (data.trim() !== "") yield JSON.parse(data);
      }
    }
  } finally {
    stop.abort();
  }
}

function isSubscription(request, options) {
  const definitions = options?.documentAST?.definitions ?? [];
  const operations = definitions.filter(({ kind }) => kind === "OperationDefinition");
  const chosen = operations.find(({ name }) => name?.value === request.operationName) ?? operations[0];
  return chosen?.operation === "subscription";
}

function fetcher(request, options) {
  return isSubscription(request, options) ? fetchStream(request) : fetchOnce(request);
}

// GraphiQL shows the variables of its first tab only where it finds them in its storage.
if (localStorage.getItem("graphiql:tabState") === null) {
  localStorage.setItem("graphiql:variables", tabs[0]?.variables ?? "");
}
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs: tabs, defaultEditorToolsVisibility: "variables", shouldPersistHeaders: false }),
);
`;
}
