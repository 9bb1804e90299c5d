import { createServer } from "node:http";
import { createApi, type Paginate, paginate } from "./api/index.ts";
import { createHandler, type HandlerParts } from "./handler.ts";
import { createVerifier, type EmulatorKey, encodeAnswer, type Layer } from "./http/index.ts";
import { createRandom, growWorld, type Region } from "./world/index.ts";

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
