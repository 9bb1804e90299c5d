/** A stretch of creation times of which a list is known whole: later than `to`, not later than `from`; epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans with one more, joined where they touch; newest first. */
export function addSpan(spans: readonly Span[], added: Span): readonly Span[] {
  if (added.to >= added.from) return spans;
  const joined: Span[] = [];
  let { from, to } = added;
  for (const span of spans) {
    if (span.to > from || span.from < to) joined.push(span);
    else {
      from = Math.max(from, span.from);
      to = Math.min(to, span.to);
    }
  }
  joined.push({ from, to });
  return joined.sort((a, b) => b.from - a.from);
}

/** The spans without what was created from `oldest` to `newest`, both included. */
export function cutSpans(spans: readonly Span[], oldest: number, newest: number): readonly Span[] {
  return spans.flatMap((span) => {
    if (span.to > newest || span.from < oldest) return [span];
    const upper = { from: span.from, to: Math.max(span.to, newest) };
    const lower = { from: Math.min(span.from, oldest - 1), to: span.to };
    return [upper, lower].filter(({ from, to }) => from > to);
  });
}

/** The span that holds this time; undefined if the time is not known. */
export function findSpan(spans: readonly Span[], time: number): Span | undefined {
  return spans.find(({ from, to }) => to < time && time <= from);
}
