import { isUtf8 } from "node:buffer";
import { takeBreak } from "#domain";
import type { CallAnswer } from "../call/index.ts";
import { closeCutError } from "./cut-error.ts";
import { type Flaw, readJson, skipBlanks, tooLarge } from "./json.ts";
import { readXml } from "./xml.ts";

/** An answer's body, read but not yet judged by its code. */
export type ReadAnswer =
  | (CallAnswer & { readonly kind: "ok" })
  | { readonly kind: "error"; readonly upstreamCode: string | null; readonly requestId: string | null }
  | (Flaw & { readonly kind: "unreadable"; readonly requestId: string | null });

/** Members that an error object may have; a 200 answer that holds `Code`, `Message` and beside these nothing but an empty list is an error. */
const ERROR_MEMBERS = new Set([
  "code",
  "message",
  "requestid",
  "hostid",
  "recommend",
  "accessdenieddetail",
  "success",
  "httpstatuscode",
  "status",
  "statuscode",
  "description",
]);

/** What tells of a list and is no record. */
const PAGING_MEMBER = /^(TotalCount|PageNumber|PageSize|MaxResults|NextToken)$/i;

const SUCCESS_CODE = /^(ok|success|200|0)$/i;
const READABLE_CODE = /^[A-Za-z][\w.-]{0,99}$/;

/**
 * Reads a body as JSON or XML by what it holds, whatever its content type says. A charset that this or the XML itself names counts unless the
 * body is UTF-8. Keys of error objects are taken in any case,
 * since some of the vendor's gateways write them in lower case. Nothing of the body gets into an error but its code and request id.
 */
export async function readAnswer(
  httpStatus: number,
  body: Buffer,
  requestIdHeader: string | null,
  contentType: string | null = null,
): Promise<ReadAnswer> {
  const isRefused = httpStatus < 200 || httpStatus >= 300;
  const text = await toUtf8(body, contentType);
  const read = "why" in text ? text : await parseBody(text, isRefused);
  const parsed = "why" in read && isRefused ? UNREADABLE_ERROR : read;
  const header = toRequestId(requestIdHeader);
  if ("why" in parsed) return { kind: "unreadable", ...parsed, requestId: header };
  const requestId = toRequestId(findMember(parsed.data, "requestid")) ?? header;
  const code = findMember(parsed.data, "code");
  if (!isRefused && !parsed.isError && !isErrorObject(parsed.data, code)) {
    const isDamaged = !("why" in text) && !isUtf8(text);
    return { kind: "ok", body: parsed.data, requestId, ...(isDamaged && { isDamaged }) };
  }
  return { kind: "error", upstreamCode: toUpstreamCode(code), requestId };
}

type Data = Readonly<Record<string, unknown>>;

/** What a body holds. */
interface Parsed {
  readonly data: Data;
  readonly isError: boolean;
}

const OTHER_CHARSET: Flaw = { why: "was in a charset that cannot be read", isTooLarge: false };
const DECLARATION_BYTES = 128;

/** Bytes of a body, also once it is UTF-8: some charsets have three times as few. */
const MAX_BYTES = 16 * 1_024 * 1_024;
const TOO_LARGE = tooLarge(`was larger than the ${MAX_BYTES} bytes allowed, in UTF-8`);
/** To decode so many takes one to three milliseconds. */
const PIECE_BYTES = 262_144;

/**
 * The body in UTF-8, which JSON must be in and proxies name wrongly, also if some of its bytes are none and no other charset is named; a flaw if
 * nobody can read the charset that is named. A large one is decoded in pieces, with others served in between.
 */
async function toUtf8(body: Buffer, contentType: string | null): Promise<Buffer | Flaw> {
  const [, named = null] =
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? "") ??
    /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([\w.:-]+)/i.exec(body.toString("latin1", 0, DECLARATION_BYTES)) ??
    [];
  if (named === null || /^utf-?8$/i.test(named) || (isUtf8(body) && !body.includes(0))) return body;
  try {
    const decoder = new TextDecoder(named, { fatal: true });
    const pieces: Buffer[] = [];
    let length = 0;
    for (let at = 0; at < body.length || at === 0; at += PIECE_BYTES) {
      if (at > 0) await takeBreak();
      const stream = at + PIECE_BYTES < body.length;
      const piece = Buffer.from(decoder.decode(body.subarray(at, at + PIECE_BYTES), { stream }));
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_BYTES) return TOO_LARGE;
    }
    return Buffer.concat(pieces);
  } catch {
    return OTHER_CHARSET;
  }
}

/** So many bytes behind its blanks tell XML from JSON. */
const BEGINNING_BYTES = 64;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

function toText(body: Buffer): string {
  const raw = body.toString("utf8");
  return (raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw).trim();
}

/** The status of an error says what there is to say. */
const UNREADABLE_ERROR: Parsed = { data: {}, isError: true };

/** Data, or what is wrong with the body. An error may have been cut off: what is whole at its beginning is enough. */
async function parseBody(body: Buffer, isRefused: boolean): Promise<Parsed | Flaw> {
  const start = skipBlanks(body, BYTE_ORDER_MARK.equals(body.subarray(0, 3)) ? 3 : 0, body.length);
  const beginning = toText(body.subarray(start, start + BEGINNING_BYTES));
  if (beginning === "") return { why: "was empty", isTooLarge: false };
  if (beginning.startsWith("<")) return parseXmlBody(toText(body), isRefused);
  const read = await readJson(body);
  const { value } = "flaw" in read && isRefused ? readCutError(toText(body)) : { value: null, ...read };
  if (isData(value)) return { data: value, isError: false };
  return "flaw" in read ? read.flaw : NO_OBJECT;
}

/** Errors are short enough to be parsed however they are nested. */
function readCutError(text: string): { readonly value: unknown } {
  try {
    return { value: JSON.parse(closeCutError(text)) };
  } catch {
    return { value: null };
  }
}

const NO_OBJECT: Flaw = { why: "was no object", isTooLarge: false };

async function parseXmlBody(text: string, isRefused: boolean): Promise<Parsed | Flaw> {
  if (/^<(!doctype html|html)/i.test(text)) return { why: "was a web page", isTooLarge: false };
  const { root, flaw } = await readXml(text);
  if (flaw !== null && !isRefused) return flaw;
  const isError = root?.name === "Error";
  if (root?.content === "") return { data: {}, isError };
  return isData(root?.content) ? { data: root.content, isError } : NO_OBJECT;
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isErrorObject(data: Data, code: unknown): boolean {
  if (typeof code !== "string" || code === "" || SUCCESS_CODE.test(code)) return false;
  if (typeof findMember(data, "message") !== "string") return false;
  return Object.entries(data).every(([name, value]) => ERROR_MEMBERS.has(name.toLowerCase()) || isEmpty(name, value));
}

/** True for a member without any record: some samples say `Code` beside records, and mean success. */
function isEmpty(name: string, value: unknown): boolean {
  if (PAGING_MEMBER.test(name) || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isData(value) && Object.entries(value).every(([inner, one]) => isEmpty(inner, one));
}

function findMember(data: Data, foldedName: string): unknown {
  return Object.entries(data).find(([name]) => name.toLowerCase() === foldedName)?.[1];
}

function toUpstreamCode(code: unknown): string | null {
  const text = typeof code === "string" ? code.trim() : "";
  return READABLE_CODE.test(text) ? text : null;
}

/** Request ids are no UUIDs everywhere: any short word is one. */
function toRequestId(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim() : "";
  return /^[\w"*.:-]{1,128}$/.test(text) ? text : null;
}
