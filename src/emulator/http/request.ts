import type { IncomingMessage } from "node:http";
import type { Call, Product } from "./call.ts";
import { ApiError } from "./errors.ts";

/** A request as it came over the wire, decoded but not yet verified. */
export interface WireRequest {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters of the query string, decoded. */
  readonly query: ReadonlyMap<string, string>;
  /** Parameters of a form body, decoded. */
  readonly form: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const MAX_BODY_BYTES = 1_048_576;

/** API versions tell the products apart, since both live at one address here. */
const PRODUCT_OF_VERSION: Readonly<Record<string, Product>> = { "2014-05-26": "ecs", "2020-06-01": "swas" };

/** Common parameters of the RPC style (signature version 1) that no action sees. */
const COMMON_PARAMETERS = new Set(
  "Action Version Format AccessKeyId SecurityToken Signature SignatureMethod SignatureVersion SignatureNonce SignatureType Timestamp".split(
    " ",
  ),
);

/** Reads a request to its end. @throws ApiError where its body is larger than 1 MiB. */
export async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new ApiError("InvalidParameter", { status: 413 });
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(",") : (value ?? "");
  }
  const [path = "/", query = ""] = (message.url ?? "/").split(/\?(.*)/s);
  const isForm = (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  return {
    method: message.method ?? "GET",
    path,
    headers,
    query: new Map(new URLSearchParams(query)),
    form: new Map(new URLSearchParams(isForm ? body.toString("utf8") : "")),
    body,
  };
}

/** What is asked for, by headers (signature version 3) or parameters (version 1). @throws ApiError if it is no action of a product. */
export function interpretRequest(wire: WireRequest): Pick<Call, "product" | "action" | "parameters"> {
  const all = new Map([...wire.query, ...wire.form]);
  const action = wire.headers["x-acs-action"] ?? all.get("Action");
  const version = wire.headers["x-acs-version"] ?? all.get("Version");
  const parameters = new Map([...all].filter(([name]) => !COMMON_PARAMETERS.has(name)));
  const product = version === undefined ? undefined : PRODUCT_OF_VERSION[version];
  if (product === undefined) throw new ApiError("InvalidVersion");
  if (action === undefined || action === "") throw new ApiError("InvalidAction.NotFound");
  return { product, action, parameters };
}

/** Version 1 answers XML unless JSON is asked for; version 3 answers JSON unless only XML is accepted. */
export function formatOf(wire: WireRequest): "json" | "xml" {
  const asked = wire.query.get("Format") ?? wire.form.get("Format");
  if (asked !== undefined) return asked.toLowerCase() === "json" ? "json" : "xml";
  const accept = wire.headers.accept ?? "";
  if (wire.headers["x-acs-action"] === undefined) return accept.includes("json") ? "json" : "xml";
  return accept.includes("xml") && !accept.includes("json") ? "xml" : "json";
}
