import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

type Variables = Readonly<Record<string, unknown>>;

/** One way in for one credential. */
export interface WayIn {
  /** Sends one operation and gives its first answer, or what refused it, as text. */
  ask(query: string, variables: Variables): Promise<string>;
  /** Every answer of one operation until it ends. */
  watch(query: string, variables: Variables): AsyncIterableIterator<string>;
  leave(): Promise<void>;
}

/** Names of the transports. */
export type WayName = "http" | "server-sent events" | "websocket";

/** Every transport, by name. The credential is the value of `Authorization`; none if null. */
export const WAYS_IN: Readonly<Record<WayName, (url: string, authorization: string | null) => WayIn>> = {
  http: (url, authorization) =>
    toWay(async function* (query, variables) {
      yield await (await fetch(url, post(authorization, query, variables))).text();
    }),
  "server-sent events": (url, authorization) =>
    toWay(async function* (query, variables) {
      const leaving = new AbortController();
      try {
        const request = { ...post(authorization, query, variables), signal: leaving.signal };
        yield* eventsOf(await fetch(`${url}/stream`, request));
      } finally {
        leaving.abort();
      }
    }),
  websocket: (url, authorization) => {
    const client = createClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...(authorization === null ? {} : { connectionParams: { authorization } }),
    });
    return toWay(
      async function* (query, variables) {
        try {
          for await (const result of client.iterate({ query, variables: { ...variables } })) {
            yield JSON.stringify(result);
          }
        } catch (error) {
          yield describeEnd(error);
        }
      },
      async () => client.dispose(),
    );
  },
};

function toWay(watch: WayIn["watch"], leave: WayIn["leave"] = async () => {}): WayIn {
  return {
    watch,
    leave,
    async ask(query, variables) {
      for await (const answer of watch(query, variables)) return answer;
      return "nothing";
    },
  };
}

function post(authorization: string | null, query: string, variables: Variables) {
  const json = { "content-type": "application/json" };
  const headers = authorization === null ? json : { ...json, authorization };
  return { method: "POST", headers, body: JSON.stringify({ query, variables }) };
}

async function* eventsOf(response: Response): AsyncIterableIterator<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    yield await response.text();
    return;
  }
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = /^event: next\n(?:id: .*\n)?data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) yield data;
    }
  }
}

/** A close code, or the errors of one operation. */
function describeEnd(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) return `closed ${String(error.code)}`;
  return JSON.stringify(error);
}
