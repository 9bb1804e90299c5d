import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

/** Sends one operation and gives its first answer, or what refused it, as text. */
export type Ask = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<string>;

/** One way in for one credential. */
export interface WayIn {
  readonly ask: Ask;
  leave(): Promise<void>;
}

/** Names of the transports. */
export type WayName = "http" | "server-sent events" | "websocket";

const json = { "content-type": "application/json" };

/** Every transport, by name. The credential is the value of `Authorization`; none if null. */
export const WAYS_IN: Readonly<Record<WayName, (url: string, authorization: string | null) => WayIn>> = {
  http: (url, authorization) => ({
    ask: async (query, variables) => {
      const response = await fetch(url, post(authorization, query, variables));
      return response.text();
    },
    leave: async () => {},
  }),
  "server-sent events": (url, authorization) => ({
    ask: async (query, variables) => {
      const leaving = new AbortController();
      const response = await fetch(`${url}/stream`, {
        ...post(authorization, query, variables),
        signal: leaving.signal,
      });
      const text = await firstEvent(response);
      leaving.abort();
      return text;
    },
    leave: async () => {},
  }),
  websocket: (url, authorization) => {
    const client = createClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...(authorization === null ? {} : { connectionParams: { authorization } }),
    });
    return {
      ask: (query, variables) =>
        new Promise((resolve) => {
          const unsubscribe = client.subscribe(
            { query, variables: { ...variables } },
            {
              next(value) {
                resolve(JSON.stringify(value));
                queueMicrotask(() => unsubscribe());
              },
              error: (error) => resolve(describeEnd(error)),
              complete: () => resolve("complete"),
            },
          );
        }),
      leave: async () => client.dispose(),
    };
  },
};

function post(authorization: string | null, query: string, variables: Readonly<Record<string, unknown>>) {
  const headers = authorization === null ? json : { ...json, authorization };
  return { method: "POST", headers, body: JSON.stringify({ query, variables }) };
}

async function firstEvent(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response.text();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const data = /^data: (.*)$/m.exec(text)?.[1];
    if (data !== undefined && text.includes("\n\n")) return data;
  }
  return text;
}

/** A close code, or the errors of one operation. */
function describeEnd(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) return `closed ${String(error.code)}`;
  return JSON.stringify(error);
}
