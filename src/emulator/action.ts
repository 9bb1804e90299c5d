import type { Drift } from "./drift.ts";
import { ApiError } from "./errors.ts";
import type { Product, Run, RunRecord } from "./model.ts";
import type { Parameters } from "./params.ts";
import type { RegionStore, Store } from "./store.ts";

/** What an action may use to make its answer. */
export interface ActionContext {
  readonly product: Product;
  readonly action: string;
  readonly parameters: Parameters;
  /** The same parameters as they came, for tokens that are bound to them. */
  readonly raw: ReadonlyMap<string, string>;
  readonly store: Store;
  readonly now: number;
  readonly drift: Drift;
  /** Host and port that this request came to; region lists point back to it. */
  readonly host: string;
  /** A new id of the vendor's look, as `hz05x8…`. */
  readonly newId: (regionId: string) => string;
}

/** Makes the body of an answer, without its RequestId. @throws ApiError */
export type Action = (context: ActionContext) => Readonly<Record<string, unknown>>;

/** The region that is asked for. @throws ApiError `MissingParameter.RegionId`, `InvalidRegionId.NotFound`. */
export function regionOf({ product, parameters, store }: ActionContext): RegionStore {
  const region = store.region(product, parameters.required("RegionId"));
  if (region === undefined) throw new ApiError("InvalidRegionId.NotFound");
  return region;
}

/** The region, where the Cloud Assistant is offered there. @throws ApiError `RegionId.ApiNotSupported`. */
export function assistantRegionOf(context: ActionContext): RegionStore {
  const region = regionOf(context);
  if (region.isUnsupported) throw new ApiError("RegionId.ApiNotSupported");
  return region;
}

/** A run with its state at the time of the request. */
export interface RunState {
  readonly run: Run;
  readonly records: readonly RunRecord[];
}

/** Reads the state of runs. */
export function statesOf(runs: readonly Run[], now: number): readonly RunState[] {
  return runs.map((run) => ({ run, records: run.records(now) }));
}

/** Text as it is, or base64, as `ContentEncoding` asks. @throws ApiError for another word. */
export function encoderOf(parameters: Parameters): (bytes: Uint8Array) => string {
  const encoding = parameters.text("ContentEncoding") ?? "Base64";
  if (encoding === "Base64") return toBase64;
  if (encoding === "PlainText") return toPlainText;
  throw new ApiError("InvalidParameter", { message: "The specified parameter ContentEncoding is not valid." });
}

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Bytes as UTF-8 text; what does not fit is replaced, and so lost. */
export function toPlainText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
