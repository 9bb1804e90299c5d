import { randomBytes } from "node:crypto";

import { htmlHeaders, type ReplyHeaders } from "../http/index.ts";

/** An operation that explorers offer. */
export interface ExampleOperation {
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A page with the headers that belong to it. */
export interface Page {
  readonly html: string;
  readonly headers: ReplyHeaders;
}

const CDN = "https://embeddable-sandbox.cdn.apollographql.com";

/**
 * Apollo Sandbox, embedded: its script comes from Apollo, its requests from this page, so that no origin has to be allowed. It
 * opens with the first example, and does not ask for the schema again and again.
 */
export function renderSandbox(examples: readonly ExampleOperation[]): Page {
  const nonce = randomBytes(16).toString("base64");
  const first = examples[0];
  const settings = {
    target: "#sandbox",
    initialState: {
      document: first?.document ?? "{ __typename }",
      variables: first?.variables ?? {},
      pollForSchemaUpdates: false,
    },
    endpointIsEditable: false,
    runTelemetry: false,
    allowDynamicStyles: false,
  };
  return {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Cloud Assistant gateway: Apollo Sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">
html, body, #sandbox { height: 100%; margin: 0; }
#sandbox { overflow: auto; }
#sandbox iframe { width: 100%; height: 100%; border: none; }
#offline { font: 16px/1.5 sans-serif; margin: 3rem; }
</style>
</head>
<body>
<div id="sandbox"><p id="offline">Apollo Sandbox is loaded from Apollo's servers. Without internet, use <a href="/explorer">/explorer</a>.</p></div>
<script nonce="${nonce}" src="${CDN}/_latest/embeddable-sandbox.umd.production.min.js"></script>
<script nonce="${nonce}">
if (window.EmbeddedSandbox) {
  document.getElementById("offline").remove();
  const initialEndpoint = new URL("/graphql", window.location.href).href;
  const initialSubscriptionEndpoint = initialEndpoint.replace(/^http/, "ws");
  new window.EmbeddedSandbox({ ...${toScript(settings)}, initialEndpoint, initialSubscriptionEndpoint });
}
</script>
</body>
</html>
`,
    headers: htmlHeaders(
      `default-src 'none'; script-src 'nonce-${nonce}' ${CDN}; style-src 'nonce-${nonce}' ${CDN} https://fonts.googleapis.com; ` +
        "font-src https://fonts.gstatic.com; img-src data: https://apollo-server-landing-page.cdn.apollographql.com; " +
        "frame-src https://sandbox.embed.apollographql.com; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
  };
}

/** A value as an expression that can stand inside a script element. */
export function toScript(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
