/** Media types of a GraphQL answer, the fallback first (GraphQL over HTTP, section 6). */
export const ANSWER_TYPES = ["application/json", "application/graphql-response+json"] as const;

/** Media type of a GraphQL answer. */
export type AnswerType = (typeof ANSWER_TYPES)[number];

/**
 * The member of `offers` that an `Accept` header likes best, the first of equals; null where it likes none. Reads quality and
 * precedence of ranges as RFC 9110, section 12.5.1, has them. No header is like any type.
 */
export function chooseMediaType<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | null {
  if (accept === undefined || accept.trim() === "") return offers[0] ?? null;
  const ranges = accept.split(",").map(readRange);
  let best: { readonly offer: Offer; readonly quality: number; readonly rank: number } | null = null;
  for (const offer of offers) {
    const { quality, rank } = rate(offer, ranges);
    const isBetter = best === null || quality > best.quality || (quality === best.quality && rank > best.rank);
    if (quality > 0 && isBetter) best = { offer, quality, rank };
  }
  return best?.offer ?? null;
}

/** A media type with its charset, both in lower case; null where the text is none. */
export function readContentType(text: string): { readonly type: string; readonly charset: string | null } | null {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type)) return null;
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  return { type, charset: charset === undefined ? null : charset.slice("charset=".length).replace(/^"(.*)"$/, "$1") };
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  const value = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, quality: value >= 0 && value <= 1 ? value : 0 };
}

function rate(offer: string, ranges: readonly Range[]): { readonly quality: number; readonly rank: number } {
  const names = ["*/*", `${offer.slice(0, offer.indexOf("/"))}/*`, offer];
  const matching = ranges
    .map((range) => ({ quality: range.quality, rank: names.indexOf(range.type) }))
    .filter((range) => range.rank >= 0)
    .sort((left, right) => right.rank - left.rank);
  return matching[0] ?? { quality: 0, rank: -1 };
}
