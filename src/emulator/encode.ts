import type { ApiError } from "./errors.ts";

/** A body on its way out. */
export interface EncodedBody {
  readonly contentType: string;
  readonly text: string;
}

/** The answer of an action, in the form that was asked for; XML has the root `<Action>Response`. */
export function encodeAnswer(format: "json" | "xml", action: string, body: object): EncodedBody {
  return format === "json" ? asJson(body) : asXml(`${action}Response`, body);
}

/** An error in the vendor's form: `RequestId`, `HostId`, `Code`, `Message`, `Recommend`. */
export function encodeError(format: "json" | "xml", error: ApiError, requestId: string, hostId: string): EncodedBody {
  const body = {
    RequestId: requestId,
    HostId: hostId,
    Code: error.code,
    Message: error.message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${error.code}&requestId=${requestId}`,
    ...error.extras,
  };
  return format === "json" ? asJson(body) : asXml("Error", body);
}

function asJson(body: object): EncodedBody {
  return { contentType: "application/json;charset=utf-8", text: JSON.stringify(body) };
}

function asXml(root: string, body: object): EncodedBody {
  return {
    contentType: "text/xml;charset=utf-8",
    text: `<?xml version='1.0' encoding='UTF-8'?>${element(root, body)}`,
  };
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
