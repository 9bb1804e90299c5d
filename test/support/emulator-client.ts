import { createHash, createHmac, randomUUID } from "node:crypto";

/** What a client signs with; the emulator's default key pair and signature version 3 unless told otherwise. */
export interface EmulatorClientOptions {
  readonly url: string;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
  readonly signatureVersion?: "V1" | "V3";
  /** Epoch milliseconds for the date that is signed. */
  readonly now?: () => number;
}

/** Deviations of one call, to see them refused. */
export interface EmulatorCallOptions {
  readonly method?: "GET" | "POST";
  /** Send the parameters as a form instead of in the query string. */
  readonly asForm?: boolean;
  readonly nonce?: string;
  readonly format?: "JSON" | "XML";
}

/** An answer as it came. */
export interface EmulatorAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** With a byte order mark, where one came. */
  readonly text: string;
  /** The parsed body; null where it is no JSON. */
  readonly body: unknown;
}

/** Calls the emulator as a stranger would: signed by an implementation of its own. */
export interface EmulatorClient {
  call(
    product: "ecs" | "swas",
    action: string,
    parameters?: Readonly<Record<string, string | number | boolean>>,
    options?: EmulatorCallOptions,
  ): Promise<EmulatorAnswer>;
}

const VERSIONS = { ecs: "2014-05-26", swas: "2020-06-01" } as const;
const KEEPING_MARKS = new TextDecoder("utf-8", { ignoreBOM: true });
const FORM = "application/x-www-form-urlencoded";

/** A client of the emulator at an address. */
export function createEmulatorClient(options: EmulatorClientOptions): EmulatorClient {
  const { accessKeyId = "testid", accessKeySecret = "testsecret", securityToken, now = Date.now } = options;
  const date = () => `${new Date(now()).toISOString().slice(0, 19)}Z`;

  async function send(method: string, query: string, form: string | null, headers: Record<string, string>) {
    const body = form === null ? {} : { body: form };
    const response = await fetch(`${options.url}/${query === "" ? "" : `?${query}`}`, { method, headers, ...body });
    const text = KEEPING_MARKS.decode(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  return {
    call(product, action, parameters = {}, call = {}) {
      const { method = "POST", asForm = false, nonce = randomUUID(), format = "JSON" } = call;
      const pairs = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
      if (options.signatureVersion === "V1") {
        const all: Record<string, string> = {
          ...pairs,
          Action: action,
          Version: VERSIONS[product],
          Format: format,
          AccessKeyId: accessKeyId,
          SignatureMethod: "HMAC-SHA1",
          SignatureVersion: "1.0",
          SignatureNonce: nonce,
          Timestamp: date(),
          ...(securityToken === undefined ? {} : { SecurityToken: securityToken }),
        };
        const toSign = `${method}&%2F&${encode(canonical(all))}`;
        const signature = createHmac("sha1", `${accessKeySecret}&`).update(toSign).digest("base64");
        const text = canonical({ ...all, Signature: signature });
        return asForm ? send(method, "", text, { "content-type": FORM }) : send(method, text, null, {});
      }
      const text = canonical(pairs);
      const payload = asForm ? text : "";
      const headers: Record<string, string> = {
        host: new URL(options.url).host,
        "x-acs-action": action,
        "x-acs-version": VERSIONS[product],
        "x-acs-date": date(),
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": sha256(payload),
        ...(asForm ? { "content-type": FORM } : {}),
        ...(securityToken === undefined ? {} : { "x-acs-security-token": securityToken }),
      };
      const names = Object.keys(headers).sort();
      const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
      const canonicalRequest = [method, "/", asForm ? "" : text, lines, names.join(";"), sha256(payload)].join("\n");
      const toSign = `ACS3-HMAC-SHA256\n${sha256(canonicalRequest)}`;
      const signature = createHmac("sha256", accessKeySecret).update(toSign).digest("hex");
      const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`;
      const accept = format === "JSON" ? "application/json" : "text/xml";
      return send(method, asForm ? "" : text, asForm ? text : null, { ...headers, authorization, accept });
    },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonical(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? "")}`)
    .join("&");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
