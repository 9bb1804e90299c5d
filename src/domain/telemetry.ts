import type { SourceErrorCode } from "./errors.ts";
import type { Source } from "./source.ts";

/** One attempt to call an upstream. */
export interface UpstreamAttempt {
  readonly source: Source;
  readonly action: string;
  /** `ok`, or the class of what went wrong; `CANCELLED` if nobody waited for it any longer. */
  readonly outcome: "ok" | "CANCELLED" | SourceErrorCode;
  /** Counted from 1 within one call. */
  readonly attempt: number;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly upstreamCode: string | null;
  /** The upstream's id of the request. */
  readonly upstreamRequestId: string | null;
  /** The client operation's id. */
  readonly requestId: string;
}

/** What the rooms tell of their work; `edge` makes logs and metrics of it. Nothing in it may be secret. Never throws. */
export interface Telemetry {
  upstreamAttempt(event: UpstreamAttempt): void;
  breakerChanged(event: {
    readonly source: Source;
    readonly action: string;
    readonly state: "closed" | "open" | "half-open";
  }): void;
  /** A word that no table knows; told once per word. */
  unknownWord(event: { readonly source: Source; readonly field: string; readonly word: string }): void;
  loaderBatch(event: { readonly loader: string; readonly size: number }): void;
  /** Anything else worth a line in the log. */
  notice(event: {
    readonly level: "info" | "warn" | "error";
    readonly message: string;
    readonly details?: object;
  }): void;
}

/** Tells nobody. */
export const silentTelemetry: Telemetry = {
  upstreamAttempt: () => {},
  breakerChanged: () => {},
  unknownWord: () => {},
  loaderBatch: () => {},
  notice: () => {},
};
