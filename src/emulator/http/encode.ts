import type { Answer, AnswerContext, Members } from "./call.ts";
import type { ApiError } from "./errors.ts";

/** The answer of an action, in the form that was asked for; XML has the root `<Action>Response`. */
export function encodeAnswer({ format }: AnswerContext, action: string, body: Members): Answer {
  return { status: 200, outcome: "ok", ...encode(format, `${action}Response`, body) };
}

/** An error in the vendor's form: `RequestId`, `HostId`, `Code`, `Message`, `Recommend`. */
export function encodeError({ format, requestId, host }: AnswerContext, error: ApiError): Answer {
  const { code: Code, message: Message, status, extras } = error;
  const Recommend = `https://api.aliyun.com/troubleshoot?q=${Code}&requestId=${requestId}`;
  const body = { RequestId: requestId, HostId: host, Code, Message, Recommend, ...extras };
  return { status, outcome: Code, ...encode(format, "Error", body) };
}

function encode(format: "json" | "xml", root: string, body: Members): Pick<Answer, "headers" | "body"> {
  if (format === "json") return typed("application/json", JSON.stringify(body));
  return typed("text/xml", `<?xml version='1.0' encoding='UTF-8'?>${element(root, body)}`);
}

function typed(type: string, text: string): Pick<Answer, "headers" | "body"> {
  return { headers: { "content-type": `${type};charset=utf-8` }, body: Buffer.from(text) };
}

/** Lists repeat their element; undefined members are left out. */
function element(name: string, value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join("");
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value === null) return "";
  if (typeof value !== "object") return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, member]) => element(name, member))
    .join("");
}

// XML 1.0 has no way to write most control characters, not even as references.
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}
