import type { IncomingMessage, ServerResponse } from "node:http";
import type { FormattedExecutionResult } from "graphql";
import { takeBreak } from "#domain";
import { codesOf, logInternal, RefusalError, toErrorResponse } from "../errors/index.ts";
import {
  checkOrigin,
  corsHeaders,
  fitAnswer,
  onClientGone,
  type ReplyHeaders,
  type Route,
  readJsonBody,
  requestIdOf,
  send,
  stringify,
  toGraphqlRequest,
} from "../http/index.ts";
import { type Asker, answerRequest, type LiveOptions, type LiveParts, LiveRecord, Stop } from "../live/index.ts";
import {
  answerInitialize,
  answerTools,
  MCP_VERSIONS,
  RPC_CODES,
  RpcError,
  readMcpMessage,
  readToolCall,
} from "./messages.ts";
import { createMcpTools, type McpTool, type ToolOptions } from "./tools.ts";

/** What the route needs besides the server's options. */
export type McpParts = Pick<LiveParts, "gate" | "metrics" | "clients" | "access" | "admission" | "readers">;

interface Offered extends Pick<ToolOptions, "version"> {
  readonly tools: ReadonlyMap<string, McpTool>;
}

/** What a message asks for: what was found without an upstream, or a tool with its arguments. */
type Asked = { readonly result: object } | ReturnType<typeof readToolCall>;

/** A request with what was found out about it. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly asked: Asked;
}

const JSON_TYPE = { "content-type": "application/json", "cache-control": "no-store" };
const INSTRUCTIONS =
  "Reads what became of commands that Alibaba Cloud's Cloud Assistant ran on servers; changes nothing. Ids are those of earlier answers.";

/**
 * The Model Context Protocol over Streamable HTTP, without sessions: one POST a message, one JSON answer. Its tools are the packaged
 * queries, run as any other operation of the caller.
 */
export function createMcpRoute(options: LiveOptions, { documents, version }: ToolOptions, parts: McpParts): Route {
  const offered: Offered = { tools: createMcpTools(options.schema, documents), version };
  return async (request, response) => {
    const requestId = requestIdOf(request);
    const cors = { ...corsHeaders(request, options.corsOrigins), "x-request-id": requestId };
    let id: string | number | null = null;
    const reply = async (status: number, headers: ReplyHeaders, body: object | null, isRefusal = false) => {
      const text = body === null ? "" : JSON.stringify({ jsonrpc: "2.0", id, ...body });
      await send(response, status, { ...cors, ...(body === null ? {} : JSON_TYPE), ...headers }, text, isRefusal);
    };
    try {
      checkRequest(request, options);
      const caller = await parts.admission.identify(request);
      const client = parts.clients.of(request.socket, caller);
      const asked = await readMessage(request, client, offered, (own) => {
        id = own;
      });
      if (asked === null) return reply(202, {}, null);
      const call = { request, response, requestId, asked };
      const asker: Asker = {
        client,
        access: parts.access,
        readers: parts.readers,
        caller,
        recognise: () => parts.admission.identify(request),
        address: request.socket,
        transport: "mcp",
      };
      await reply(200, {}, { result: await answer(options, parts, call, asker) });
    } catch (error) {
      const { status, headers, body } = toRpcAnswer(error);
      if (status === 500) logInternal(options.logger, requestId, error);
      // An error of the protocol has the status of an answer.
      await reply(status, headers, body, true);
      request.resume();
    }
  };
}

/** @throws RefusalError for what is no message of a client that may be here */
function checkRequest(request: IncomingMessage, { corsOrigins }: LiveOptions): void {
  if (request.method !== "POST") {
    const message = "Use POST: messages are answered one by one, and there is no stream to listen to.";
    throw new RefusalError(405, "METHOD_NOT_ALLOWED", message, {}, { allow: "POST, OPTIONS" });
  }
  checkOrigin(request, corsOrigins);
  const version = request.headers["mcp-protocol-version"];
  if (version === undefined || MCP_VERSIONS.some((one) => one === version)) return;
  throw new RefusalError(400, "BAD_REQUEST", `\`MCP-Protocol-Version\`: expected one of ${MCP_VERSIONS.join(", ")}.`);
}

/**
 * Reads what a message asks for; null for a notice. A function of its own, so that the rest of the body is not in memory as long
 * as a tool waits.
 * @param tellId told the message's id as soon as it is known: errors bear it
 * @throws RpcError for what no tool or method is
 */
async function readMessage(
  request: IncomingMessage,
  client: Asker["client"],
  { tools, version }: Offered,
  tellId: (id: string | number) => void,
): Promise<Asked | null> {
  let letGo = () => {};
  try {
    const body = await readJsonBody(request, client, async (bytes, isLong) => {
      letGo = await client.hand(bytes);
      await client.arrive(isLong);
    });
    const message = readMcpMessage(body);
    if (message.kind === "notice") return null;
    tellId(message.id);
    const { method, params } = message;
    switch (method) {
      case "initialize":
        return { result: answerInitialize(params, { version, instructions: INSTRUCTIONS }) };
      case "ping":
        return { result: {} };
      case "tools/list":
        return { result: answerTools(tools) };
      case "tools/call":
        return readToolCall(params, tools);
      default:
        throw new RpcError(RPC_CODES.methodNotFound, "`method`: expected initialize, ping, tools/list or tools/call.");
    }
  } finally {
    letGo();
  }
}

async function answer(options: LiveOptions, parts: McpParts, call: Call, asker: Asker): Promise<object> {
  const { asked, requestId } = call;
  if ("result" in asked) return asked.result;
  const record = new LiveRecord({ options, metrics: parts.metrics, requestId, transport: "mcp" });
  const result = await runTool(options, parts, { ...call, ...asked, asker, record });
  return toToolResult(result, options);
}

interface ToolRun extends Call {
  readonly tool: McpTool;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly asker: Asker;
  readonly record: LiveRecord;
}

/** Runs the tool's query through the gate of all transports. What is wrong with it is told as its result. */
async function runTool(
  options: LiveOptions,
  { gate, admission }: McpParts,
  { request, response, requestId, tool, variables, asker, record }: ToolRun,
): Promise<FormattedExecutionResult> {
  try {
    admission.countOperation(asker.caller);
    const read = gate.admit(toGraphqlRequest({ query: tool.document, variables }), requestId);
    admission.checkRows(asker.caller, read.size.rows);
    const prepared = gate.prepare(read, requestId);
    if (!("document" in prepared)) return { errors: prepared.map((error) => toErrorResponse(error).formatted) };
    record.begin(prepared);
    const stop = new Stop();
    const stay = onClientGone(request, response, () => stop.now());
    const result = await answerRequest(options, prepared, asker, stop).finally(stay);
    record.add(codesOf(result));
    return result;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    const result = { errors: [toErrorResponse(error).formatted] };
    record.add(codesOf(result));
    return result;
  } finally {
    record.end(200);
  }
}

/** Errors are for the one who called the tool, as text; an answer that holds something beside them is none. */
async function toToolResult({ data, errors }: FormattedExecutionResult, { logger }: LiveOptions): Promise<object> {
  const isError = errors !== undefined && !Object.values(data ?? {}).some((value) => value !== null);
  const told = { ...(errors === undefined ? {} : { errors }), ...(data == null ? {} : { data }) };
  // Each of these goes over 8 MB at most, and so does who writes what comes of it.
  const text = stringify(told, logger);
  await takeBreak();
  // The text is a string of the answer, where each quote of it takes two bytes.
  const escaped = JSON.stringify(text);
  const fit = fitAnswer(escaped);
  const isWhole = fit === escaped;
  await takeBreak();
  return { content: [{ type: "text", text: isWhole ? text : fit }], isError: isError || !isWhole };
}

function toRpcAnswer(error: unknown): { status: number; headers: ReplyHeaders; body: object } {
  if (error instanceof RpcError) {
    const { code, message } = error;
    // A request that names what is not there was heard; what is no message at all was not.
    const status = code === RPC_CODES.invalidRequest ? 400 : 200;
    return { status, headers: {}, body: { error: { code, message } } };
  }
  const { message, extensions } = toErrorResponse(error).formatted;
  const refused = error instanceof RefusalError ? error : null;
  const code = refused === null ? -32_603 : RPC_CODES.invalidRequest;
  const body = { error: { code, message, data: extensions } };
  return { status: refused?.status ?? 500, headers: refused?.headers ?? {}, body };
}
