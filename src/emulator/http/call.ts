import type { ServerResponse } from "node:http";

/** The two products of the vendor that run commands on machines. */
export type Product = "ecs" | "swas";

/** Members of a body or of an object in it. */
export type Members = Readonly<Record<string, unknown>>;

/** A key pair that the emulator knows. */
export interface EmulatorKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Set for temporary keys; a request must then carry it. */
  readonly securityToken?: string;
  /** Epoch milliseconds from which the token is answered with `InvalidSecurityToken.Expired`. */
  readonly tokenExpiresAt?: number;
}

/** What the form of an answer depends on. */
export interface AnswerContext {
  readonly format: "json" | "xml";
  readonly requestId: string;
  /** Host and port that the request came to. */
  readonly host: string;
}

/** A request whose signature was verified. */
export interface Call extends AnswerContext {
  readonly product: Product;
  readonly action: string;
  /** Decoded; without those of the signature. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly key: EmulatorKey;
  /** Epoch milliseconds at which it was taken. */
  readonly at: number;
}

/** An answer that is ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** `ok`, or the code of an error. */
  readonly outcome: string;
  /** Sends it in another way than at once and whole. */
  readonly deliver?: (response: ServerResponse, answer: Answer) => void;
}

/** Answers a verified call. */
export type Respond = (call: Call) => Answer;

/** Stands before an answerer: changes what is asked, what is answered, or how it is sent. May throw an `ApiError`. */
export type Layer = (next: Respond) => Respond;

/** The parameter `RegionId` of a call; null if it has none. */
export function regionIdOf({ parameters }: Pick<Call, "parameters">): string | null {
  return parameters.get("RegionId") ?? null;
}

/** Writes the head of an answer, which tells the length of the body. */
export function writeHead(response: ServerResponse, { status, headers, body }: Answer): ServerResponse {
  return response.writeHead(status, { ...headers, "content-length": String(body.length) });
}

/** Sends an answer at once and whole. */
export function sendWhole(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer).end(answer.body);
}
