import type { Answer } from "./rig.ts";

/** An answer over HTTP; its body is null where it is no JSON. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Answer | null;
}

export const JSON_TYPE = { "content-type": "application/json" };

/** A document of that many aliases. */
export const aliases = (count: number) =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(" ")} }`;

/** Makes what sends requests of any shape. */
export function createSender(url: () => string) {
  async function send(
    init: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
    search = "",
  ): Promise<Reply> {
    const response = await fetch(`${url()}${search}`, { method: "POST", headers: JSON_TYPE, ...init } as RequestInit);
    const text = await response.text();
    let body: Answer | null = null;
    try {
      body = JSON.parse(text);
    } catch {}
    return { status: response.status, text, body };
  }
  return { send, post: (body: unknown) => send({ body: JSON.stringify(body) }) };
}
