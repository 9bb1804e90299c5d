import {
  type Answer,
  interpretRequest,
  type Product,
  regionIdOf,
  type WireRequest,
} from "../../../src/emulator/http/index.ts";

/** One request as it was understood and answered. Holds no secret, token or signature. */
export interface RecordedCall {
  /** Null if the version names no product. */
  readonly product: Product | null;
  readonly action: string;
  readonly regionId: string | null;
  /** Decoded; without those of the signature. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly method: string;
  readonly accessKeyId: string;
  readonly signatureVersion: "V1" | "V3" | "none";
  readonly nonce: string;
  /** Epoch milliseconds at which it was taken. */
  readonly at: number;
  /** `ok`, the code of an error, or the kind of a fault. */
  readonly outcome: string;
}

/** What is worth remembering of a request and its answer. */
export function toRecordedCall(wire: WireRequest, { outcome }: Answer, at: number): RecordedCall {
  const call = interpret(wire);
  return {
    product: call?.product ?? null,
    action: call?.action ?? wire.headers["x-acs-action"] ?? "",
    regionId: call === null ? null : regionIdOf(call),
    parameters: Object.fromEntries(call?.parameters ?? []),
    method: wire.method,
    ...readSignature(wire),
    at,
    outcome,
  };
}

function interpret(wire: WireRequest) {
  try {
    return interpretRequest(wire);
  } catch {
    return null;
  }
}

function readSignature({ headers, query, form }: WireRequest) {
  const parameter = (name: string) => query.get(name) ?? form.get(name) ?? "";
  if (parameter("Signature") !== "") {
    const [accessKeyId, nonce] = [parameter("AccessKeyId"), parameter("SignatureNonce")];
    return { signatureVersion: "V1", accessKeyId, nonce } as const;
  }
  const accessKeyId = /Credential=([^,]*)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const signatureVersion = headers.authorization === undefined ? "none" : "V3";
  return { signatureVersion, accessKeyId, nonce: headers["x-acs-signature-nonce"] ?? "" } as const;
}
