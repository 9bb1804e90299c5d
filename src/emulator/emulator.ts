import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createApi, type Paginate, paginate } from "./api/index.ts";
import {
  type Answer,
  type AnswerContext,
  ApiError,
  type Call,
  createVerifier,
  type EmulatorKey,
  encodeAnswer,
  encodeError,
  formatOf,
  interpretRequest,
  type Layer,
  type Respond,
  readRequest,
  sendWhole,
  type WireRequest,
} from "./http/index.ts";
import { createRandom, growWorld, pick, type Region, randomText } from "./world/index.ts";

/** How an emulator is set up; everything has a default. */
export interface EmulatorOptions {
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Key pairs that are accepted, asked for with every request; `testid` with `testsecret`. */
  readonly keys?: () => readonly EmulatorKey[];
  /** Everything that is made up follows from it. */
  readonly seed?: number;
  /** Epoch milliseconds; `Date.now`. */
  readonly now?: () => number;
  /** Another world than the generated one, which is alive. */
  readonly regions?: readonly Region[];
  /** What stands before the actions, from the outermost in. */
  readonly layers?: readonly Layer[];
  /** Another way to cut pages out of lists. */
  readonly paginate?: Paginate;
  readonly observe?: HandlerParts["observe"];
}

/** A small Alibaba: one HTTP server that speaks both products on the path `/`. */
export interface Emulator {
  /** Listens; resolves with the URL, as `http://127.0.0.1:4010`. @throws if the port is taken. */
  start(): Promise<{ readonly url: string }>;
  /** Breaks every connection and stops listening. */
  stop(): Promise<void>;
  /** Empty until started. */
  readonly url: string;
  readonly keys: () => readonly EmulatorKey[];
  readonly regions: readonly Region[];
}

const DEFAULT_KEYS: readonly EmulatorKey[] = [{ accessKeyId: "testid", accessKeySecret: "testsecret" }];

/** Makes an emulator; it does not listen before `start`. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { host = "127.0.0.1", port = 0, keys = () => DEFAULT_KEYS, seed = 1, now = Date.now } = options;
  const { regions = growWorld(seed, now), layers = [], observe = () => {} } = options;
  const perform = createApi(regions, options.paginate ?? paginate);
  const handle = createHandler({
    verify: createVerifier(keys, now),
    respond: (call) => encodeAnswer(call, call.action, perform(call)),
    layers,
    now,
    random: createRandom(seed),
    observe,
  });
  const server = createServer((message, response) => void handle(message, response));
  let url = "";
  return {
    keys,
    regions,
    get url() {
      return url;
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          const address = server.address();
          const bound = typeof address === "object" && address !== null ? address.port : 0;
          url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
          resolve({ url });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a handler works with. */
interface HandlerParts {
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
function createHandler(parts: HandlerParts): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
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
