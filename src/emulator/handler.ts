import type { IncomingMessage, ServerResponse } from "node:http";
import { ACTIONS, RUN_LISTS } from "./actions.ts";
import type { Answer, AnswerContext } from "./answer.ts";
import { after, outcomeOf, send, spoil, toAnswer, toErrorAnswer } from "./answer.ts";
import type { Drift } from "./drift.ts";
import { encodeAnswer } from "./encode.ts";
import { ApiError } from "./errors.ts";
import type { Faults, Strike } from "./faults.ts";
import type { Generation } from "./generation.ts";
import { adaptParameters, toGeneration } from "./generation.ts";
import type { Product, Run } from "./model.ts";
import { createParameters } from "./params.ts";
import type { Quirk } from "./quirks.ts";
import { applyQuirks } from "./quirks.ts";
import { pick, randomText } from "./random.ts";
import type { ApiRequest, WireRequest } from "./request.ts";
import { formatOf, interpretRequest, readRequest } from "./request.ts";
import type { Store } from "./store.ts";
import { hideRuns } from "./store.ts";
import type { EmulatorKey, Verifier } from "./verify.ts";
import { readSignature } from "./verify.ts";

/** One request as it was understood and answered. Holds no secret, token or signature. */
export interface RecordedCall {
  /** Null where the version names no product. */
  readonly product: Product | null;
  readonly action: string;
  readonly regionId: string | null;
  /** Decoded; without those of the signature. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly method: string;
  readonly account: string | null;
  readonly accessKeyId: string;
  readonly signatureVersion: "V1" | "V3" | "none";
  readonly nonce: string;
  /** Epoch milliseconds at which it was taken. */
  readonly at: number;
  /** `ok`, the code of an error, or the kind of a fault. */
  readonly outcome: string;
}

/** What a handler works with; the getters may answer anew for every request. */
export interface HandlerParts {
  readonly store: Store;
  readonly verifier: Verifier;
  readonly now: () => number;
  readonly random: () => number;
  readonly drift: () => Drift;
  readonly faults: () => Faults;
  readonly generation: () => Generation;
  readonly quirks: () => readonly Quirk[];
  readonly putRandomRun: (product: Product, regionId: string) => void;
  readonly record: (call: RecordedCall) => void;
}

interface Outcome {
  readonly answer: Answer;
  readonly strike: Strike;
  readonly outcome: string;
  readonly call: ApiRequest | null;
  readonly key: EmulatorKey | null;
}

const CALM: Strike = { latencyMs: 0, fault: null };

/** Takes requests as the vendor's gateway does: signature, permission, faults, action, answer. */
export function createHandler(
  parts: HandlerParts,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (message, response) => {
    const at = parts.now();
    response.sendDate = false;
    response.setHeader("date", new Date(at).toUTCString());
    const requestId = createRequestId(parts.random);
    response.setHeader("x-acs-request-id", requestId);
    const wire = await readRequest(message).catch(() => null);
    if (wire === null) return void response.destroy();
    const format = parts.quirks().includes("xml") ? "xml" : formatOf(wire);
    const context: AnswerContext = { format, requestId, hostId: wire.headers.host ?? "" };
    const done = carryOut(parts, wire, context, at);
    parts.record(toRecord(wire, done, at));
    const { strike, answer } = done;
    if (strike.latencyMs > 0) after(response, strike.latencyMs, () => send(response, answer, strike.fault));
    else send(response, answer, strike.fault);
  };
}

function carryOut(parts: HandlerParts, wire: WireRequest, context: AnswerContext, at: number): Outcome {
  let call: ApiRequest | null = null;
  let key: EmulatorKey | null = null;
  let strike = CALM;
  try {
    if (wire.method !== "GET" && wire.method !== "POST") throw new ApiError("UnsupportedHTTPMethod");
    if (wire.path !== "/") throw new ApiError("InvalidAction.NotFound");
    call = interpretRequest(wire);
    key = parts.verifier.verify(wire);
    checkPermission(key, call);
    strike = parts.faults().strike({ ...call, regionId: regionIdOf(call), account: accountOf(key) });
    const body = perform(parts, wire, call, context, at);
    const { contentType, text } = encodeAnswer(context.format, call.action, body);
    const answer = spoil(toAnswer(200, contentType, text), strike.fault, context);
    return { answer, strike, outcome: outcomeOf(strike.fault), call, key };
  } catch (error) {
    const apiError = error instanceof ApiError ? error : new ApiError("InternalError", { message: String(error) });
    const answer = spoil(toErrorAnswer(apiError, context), strike.fault, context);
    const outcome = strike.fault === null ? apiError.code : outcomeOf(strike.fault);
    return { answer, strike, outcome, call, key };
  }
}

function perform(parts: HandlerParts, wire: WireRequest, call: ApiRequest, context: AnswerContext, at: number): object {
  const { product, action } = call;
  const generation = parts.generation();
  const carry = Object.hasOwn(ACTIONS[product], action) ? ACTIONS[product][action] : undefined;
  if (carry === undefined) throw new ApiError("InvalidAction.NotFound");
  const parameters = adaptParameters(generation, product, action, call.parameters);
  const drift = parts.drift();
  const { hiddenForMs } = drift.options;
  drift.countCall();
  if (RUN_LISTS.has(action)) move(parts, product, regionIdOf(call), drift, at);
  const body = carry({
    product,
    action,
    parameters: createParameters(parameters),
    raw: parameters,
    store: hiddenForMs === undefined ? parts.store : hideRuns(parts.store, isTooNew(at - hiddenForMs)),
    now: at,
    drift,
    host: wire.headers.host ?? "",
    newId: (regionId) => `${regionToken(regionId)}0${randomText(parts.random, 13)}`,
  });
  const answer = toGeneration(generation, product, action, { RequestId: context.requestId, ...body });
  return applyQuirks(parts.quirks(), answer);
}

function isTooNew(newest: number): (run: Run) => boolean {
  return (run) => run.creationTime !== null && run.creationTime > newest;
}

function move(parts: HandlerParts, product: Product, regionId: string | null, drift: Drift, at: number): void {
  const region = regionId === null ? undefined : parts.store.region(product, regionId);
  if (region === undefined) return;
  for (let left = drift.arrivals(); left > 0; left -= 1) parts.putRandomRun(product, region.regionId);
  const oldest = region.runs().at(-1);
  if (oldest !== undefined && drift.vanishes()) region.removeRun(oldest.invokeId);
  const { retentionMs } = drift.options;
  if (retentionMs === undefined) return;
  for (const run of region.runs()) {
    if (run.creationTime !== null && run.creationTime < at - retentionMs) region.removeRun(run.invokeId);
  }
}

function checkPermission(key: EmulatorKey, { product, action }: ApiRequest): void {
  const isDenied = key.denied?.some((name) => name === action || name === `${product}:${action}`);
  if (!isDenied) return;
  const AuthAction = `${product === "ecs" ? "ecs" : "swas-open"}:${action}`;
  const extras = { AccessDeniedDetail: { AuthAction, AuthPrincipalType: "SubUser", NoPermissionType: "ImplicitDeny" } };
  throw new ApiError(product === "ecs" ? "Forbidden.RAM" : "NoPermission", { extras });
}

function toRecord(wire: WireRequest, { call, key, outcome }: Outcome, at: number): RecordedCall {
  const { version, accessKeyId, nonce } = readSignature(wire);
  return {
    product: call?.product ?? null,
    action: call?.action ?? wire.headers["x-acs-action"] ?? "",
    regionId: call === null ? null : regionIdOf(call),
    parameters: Object.fromEntries(call?.parameters ?? []),
    method: wire.method,
    account: key === null ? null : accountOf(key),
    accessKeyId,
    signatureVersion: version,
    nonce,
    at,
    outcome,
  };
}

function regionIdOf(call: ApiRequest): string | null {
  return call.parameters.get("RegionId") ?? null;
}

function accountOf(key: EmulatorKey): string {
  return key.account ?? "default";
}

// `cn-hangzhou` gives `hz`, as the vendor's ids have it: the first letter and the next one that begins a syllable.
function regionToken(regionId: string): string {
  const place = regionId.split("-")[1] ?? regionId;
  const second = /(?:[aeiou]|n|g)([^aeioung])/.exec(place)?.[1] ?? place.slice(1, 2);
  return `${place.slice(0, 1)}${second}`;
}

function createRequestId(random: () => number): string {
  const text = (length: number) => randomText(random, length, "0123456789ABCDEF");
  return `${text(8)}-${text(4)}-4${text(3)}-${pick(random, ["8", "9", "A", "B"])}${text(3)}-${text(12)}`;
}
