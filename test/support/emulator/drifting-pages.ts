import type { Paginate } from "../../../src/emulator/api/index.ts";
import {
  isByCursor,
  type Page,
  type PagingRules,
  paginate,
  type Rows,
  sizeOf,
} from "../../../src/emulator/api/paging.ts";
import { ApiError } from "../../../src/emulator/http/index.ts";
import { between } from "../../../src/emulator/world/random.ts";
import type { Drift } from "./drift.ts";
import { shuffleTies } from "./shuffle.ts";

type Parameters = ReadonlyMap<string, string>;

/** Pages as drift lets them be: in other modes and sizes, shifted, short, with tokens that die. */
export function createDriftingPages(drift: () => Drift): Paginate {
  return (list, asked, rules) => {
    const { options } = drift();
    const known = { ...rules, hasCursor: rules.hasCursor && options.pages !== "only" };
    const parameters = known.hasCursor ? inMode(asked, options.pages) : asked;
    return isByCursor(parameters, known)
      ? byCursor(list, parameters, known, drift())
      : byNumber(list, parameters, known, drift());
  };
}

function inMode(asked: Parameters, pages: "ignored" | "refused" | undefined | "only"): Parameters {
  const named = ["PageNumber", "PageSize"].find((name) => asked.has(name));
  if (pages === "refused" && named !== undefined) throw new ApiError(`InvalidParam.${named}`);
  return pages === undefined || asked.has("MaxResults") ? asked : new Map([...asked, ["MaxResults", "10"]]);
}

function byNumber<T>(list: Rows<T>, parameters: Parameters, rules: PagingRules, drift: Drift): Page<T> {
  const { options, random } = drift;
  const { pageSize, sized } = resize(parameters, "PageSize", rules, drift);
  const rows = options.shuffleTies ? shuffleTies(random, list.rows, (row) => timeOf(list, row)) : list.rows;
  const skipped = (Number(parameters.get("PageNumber") ?? 1) - 1) * pageSize;
  const shift = shiftOf(drift, skipped > 0);
  const shifted = shift < 0 ? [...rows.slice(0, Math.min(-shift, skipped)), ...rows] : rows.slice(shift);
  const page = paginate({ ...list, rows: skipped > 0 ? shifted : rows }, sized.parameters, sized.rules);
  return { ...page, totalCount: Math.max(0, rows.length + (options.totalCountError ?? 0)) };
}

/** By how many records a page begins off its place. */
function shiftOf({ options, random }: Drift, isLater: boolean): number {
  if (random() >= (options.shiftedPages ?? 0)) return 0;
  return between(random, 1, 3) * (isLater && random() < 0.5 ? 1 : -1);
}

function byCursor<T>(list: Rows<T>, parameters: Parameters, rules: PagingRules, drift: Drift): Page<T> {
  const { options, random } = drift;
  const { pageSize, sized } = resize(parameters, "MaxResults", rules, drift);
  const token = parameters.get("NextToken") || undefined;
  const inner = token === undefined ? "" : openToken(token, drift);
  const isShort = random() < (options.shortPages ?? 0);
  const count = isShort ? between(random, 0, pageSize - 1) : pageSize;
  const changes = [
    ["NextToken", inner],
    ["MaxResults", String(Math.max(count, 1))],
  ] as const;
  const exact = { maxSize: sized.rules.maxSize, hasCursor: true };
  const page = paginate(list, new Map([...sized.parameters, ...changes]), exact);
  const isEmpty = count === 0 && page.items.length > 0;
  const items = isEmpty ? [] : page.items;
  // The token of an empty page leads to the same place, and is another one all the same.
  const next = isEmpty ? sealToken(inner, drift, token) : page.nextToken && sealToken(page.nextToken, drift);
  return {
    ...page,
    pageSize,
    items: options.shuffleTies ? shuffleTies(random, items, (row) => timeOf(list, row)) : items,
    nextToken: options.repeatTokens && token !== undefined ? token : next,
  };
}

function timeOf<T>({ keyOf }: Rows<T>, row: T): number | null {
  return keyOf(row, 0).time;
}

/** What is asked for with a size that drift allows. */
function resize(asked: Parameters, name: "PageSize" | "MaxResults", rules: PagingRules, { options }: Drift) {
  const size = sizeOf(asked, name, rules);
  const { refusePageSizeAbove = size, clampPageSizeTo = size } = options;
  if (size > refusePageSizeAbove) {
    throw new ApiError(name === "PageSize" ? "InvalidParam.PageSize" : "InvalidParameter.MaxResults");
  }
  const pageSize = Math.min(size, clampPageSizeTo);
  const parameters = new Map([...asked, [name, String(pageSize)]]);
  return { pageSize, sized: { parameters, rules: { ...rules, clampMinTo: undefined } } };
}

function sealToken(inner: string, drift: Drift, after?: string): string {
  const salt = after === undefined ? "" : `${after.length}.${drift.calls}`;
  const token = Buffer.from(JSON.stringify([drift.options.tokenKey ?? "", inner, salt])).toString("base64");
  if (!drift.tokens.has(token)) drift.tokens.set(token, { issuedAt: drift.calls, uses: 0 });
  return token;
}

/** @throws ApiError `InvalidParameter.NextToken` for a token that has died or was never given. */
function openToken(token: string, { options, tokens, calls }: Drift): string {
  const {
    tokenKey = "",
    tokenLifetimeCalls = Number.POSITIVE_INFINITY,
    tokenUses = Number.POSITIVE_INFINITY,
  } = options;
  const [key, inner] = parse(token);
  const { issuedAt, uses } = tokens.get(token) ?? { issuedAt: calls, uses: 0 };
  tokens.set(token, { issuedAt, uses: uses + 1 });
  if (key !== tokenKey || calls - issuedAt > tokenLifetimeCalls || uses >= tokenUses) {
    throw new ApiError("InvalidParameter.NextToken");
  }
  return String(inner);
}

function parse(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
