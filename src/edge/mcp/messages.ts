import type { McpTool } from "./tools.ts";

/** Revisions of the Model Context Protocol that are spoken, newest first. What is used of them is the same in all. */
export const MCP_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/** Codes of JSON-RPC 2.0. */
export const RPC_CODES = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
} as const;

/** A message that cannot be carried out. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** What came: a request that is answered, or a message that is not. */
export type McpMessage =
  | { readonly kind: "request"; readonly id: string | number; readonly method: string; readonly params: Params }
  | { readonly kind: "notice" };

type Params = Readonly<Record<string, unknown>>;

/** Reads one message. @throws RpcError for what is none */
export function readMcpMessage(body: unknown): McpMessage {
  if (Array.isArray(body)) throw invalid("one message", "a list");
  if (!isObject(body) || body.jsonrpc !== "2.0") throw invalid("a message of JSON-RPC 2.0", "something else");
  const { id, method, params = {} } = body;
  if (typeof method !== "string") {
    // The answer of a client to a request, of which none are made here.
    if ("result" in body || "error" in body) return { kind: "notice" };
    throw invalid("a `method`", "none");
  }
  if (id === undefined) return { kind: "notice" };
  if (typeof id !== "string" && typeof id !== "number") throw invalid("a text or a number as `id`", "something else");
  if (!isObject(params)) throw new RpcError(RPC_CODES.invalidParams, "`params`: expected an object.");
  return { kind: "request", id, method, params };
}

/** The first answer of a connection. */
export function answerInitialize(
  { protocolVersion }: Params,
  { version, instructions }: { readonly version: string; readonly instructions: string },
): object {
  const isSpoken = MCP_VERSIONS.some((one) => one === protocolVersion);
  return {
    protocolVersion: isSpoken ? protocolVersion : MCP_VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: "cloud-assistant-gateway", version },
    instructions,
  };
}

/** All tools, on one page. */
export function answerTools(tools: ReadonlyMap<string, McpTool>): object {
  return {
    tools: [...tools.values()].map(({ name, description, inputSchema }) => {
      return { name, description, inputSchema, annotations: { readOnlyHint: true, openWorldHint: false } };
    }),
  };
}

/** The tool that is called, and with what. @throws RpcError for an unknown one */
export function readToolCall({ name, arguments: given = {} }: Params, tools: ReadonlyMap<string, McpTool>) {
  const tool = typeof name === "string" ? tools.get(name) : undefined;
  if (tool === undefined) {
    throw new RpcError(RPC_CODES.invalidParams, "`name`: expected a tool of tools/list, got another name.");
  }
  if (!isObject(given)) throw new RpcError(RPC_CODES.invalidParams, "`arguments`: expected an object.");
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(Object(tool.inputSchema.properties), key));
  if (unknown !== undefined) {
    const known = Object.keys(Object(tool.inputSchema.properties)).join(", ") || "none";
    const got = JSON.stringify(unknown.slice(0, 60));
    throw new RpcError(RPC_CODES.invalidParams, `\`arguments\`: expected some of ${known}, got ${got}.`);
  }
  return { tool, variables: given };
}

function invalid(expected: string, got: string): RpcError {
  return new RpcError(RPC_CODES.invalidRequest, `The body: expected ${expected}, got ${got}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
