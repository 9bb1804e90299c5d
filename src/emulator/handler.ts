import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, AnswerContext, Call, EmulatorKey, Layer, Respond, WireRequest } from "./http/index.ts";
import { ApiError, encodeError, formatOf, interpretRequest, readRequest, sendWhole } from "./http/index.ts";
import { pick, randomText } from "./world/index.ts";

/** What a handler works with. */
export interface HandlerParts {
  readonly verify: (request: WireRequest) => EmulatorKey;
  /** May throw an ApiError. */
  readonly respond: Respond;
  /** From the outermost in. */
  readonly layers: readonly Layer[];
  readonly now: () => number;
  readonly random: () => number;
  /** Told of every request before its answer goes out. */
  readonly observe: (request: WireRequest, answer: Answer, at: number) => void;
}

/** Takes requests as the vendor's gateway does: signature, layers, action, answer. */
export function createHandler(
  parts: HandlerParts,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { now, random, observe } = parts;
  const respond = parts.layers.reduceRight((next, layer) => answering(layer(next)), answering(parts.respond));
  return async (message, response) => {
    const at = now();
    const requestId = createRequestId(random);
    response.sendDate = false;
    response.setHeader("date", new Date(at).toUTCString());
    response.setHeader("x-acs-request-id", requestId);
    const wire = await readRequest(message).catch(() => null);
    if (wire === null) return void response.destroy();
    const context = { format: formatOf(wire), requestId, host: wire.headers.host ?? "" };
    const answer = answerOrError(context, () => respond(admit(parts, wire, context, at)));
    observe(wire, answer, at);
    (answer.deliver ?? sendWhole)(response, answer);
  };
}

function admit({ verify }: HandlerParts, wire: WireRequest, context: AnswerContext, at: number): Call {
  if (wire.method !== "GET" && wire.method !== "POST") throw new ApiError("UnsupportedHTTPMethod");
  if (wire.path !== "/") throw new ApiError("InvalidAction.NotFound");
  return { ...context, ...interpretRequest(wire), key: verify(wire), at };
}

/** The same with errors as answers, so that the layer in front sees them. */
function answering(respond: Respond): Respond {
  return (call) => answerOrError(call, () => respond(call));
}

function answerOrError(context: AnswerContext, respond: () => Answer): Answer {
  try {
    return respond();
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError("InternalError", { message: String(error) });
    return encodeError(context, known);
  }
}

function createRequestId(random: () => number): string {
  const text = (length: number) => randomText(random, length, "0123456789ABCDEF");
  return `${text(8)}-${text(4)}-4${text(3)}-${pick(random, ["8", "9", "A", "B"])}${text(3)}-${text(12)}`;
}
