import { type AnyStatus, countOf, orderCounts, type StatusCount, type Tone, toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";

/** One shape a tone, so that colour alone never says it; drawn on 16 by 16. */
const SHAPES: Readonly<Record<Tone, string>> = {
  good: "M3 8.5 6.5 12 13 4.5",
  bad: "M4 4 12 12 M12 4 4 12",
  mixed: "M8 2 14.5 13.5 H1.5 Z M8 6.5 V9.5 M8 11.4 V11.6",
  busy: "M8 2 A6 6 0 1 1 2 8",
  waiting: "M8 2 A6 6 0 1 1 7.99 2 M8 5 V8 L10 9.5",
  stopped: "M3.5 3.5 H12.5 V12.5 H3.5 Z",
  unknown: "M5.5 6 A2.5 2.5 0 1 1 8 8.6 V10 M8 12.4 V12.6",
};

/** The shape of a tone. Says nothing to screen readers: a word stands beside it. */
export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg class={`shape ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}

/** A status as shape, colour and word; the upstream's own word on hover. */
export function Status({ status, rawStatus }: { readonly status: AnyStatus; readonly rawStatus: string | null }) {
  const words = useWords();
  const tone = toneOf(status);
  return (
    <span class={`status ${tone}`} title={rawStatus ?? undefined}>
      <Shape tone={tone} />
      {words.status[status] ?? status}
    </span>
  );
}

/** How many instances are in each state, as a bar and in words. */
export function StateBar({ counts }: { readonly counts: readonly StatusCount[] }) {
  const words = useWords();
  const ordered = orderCounts(counts);
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  const text = ordered.map(({ status, count }) => words.counts(count, words.status[status] ?? status)).join(", ");
  const parts = layParts(ordered).map(({ status, x, width }) => (
    <rect key={status} class={toneOf(status)} x={x} width={width} height="8" />
  ));
  return (
    <span class="state-bar" title={text}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={text}>
        {parts}
      </svg>
      <StateCount counts={counts} total={total} />
    </span>
  );
}

/** Least width of a part: one failed server of 300 must be seen. */
const LEAST_WIDTH = 3;

function layParts(counts: readonly StatusCount[]) {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const wanted = counts.map(({ count }) => Math.max((count / total) * 100, LEAST_WIDTH));
  const scale = 100 / wanted.reduce((sum, width) => sum + width, 0);
  let x = 0;
  return counts.map(({ status }, index) => {
    const width = (wanted[index] ?? 0) * scale;
    x += width;
    return { status, x: x - width, width };
  });
}

function StateCount({ counts, total }: { readonly counts: readonly StatusCount[]; readonly total: number }) {
  const words = useWords();
  const failed = countOf(
    counts,
    counts.map(({ status }) => status).filter((status) => toneOf(status) === "bad"),
  );
  return (
    <span class="state-count" aria-hidden="true">
      {failed > 0 && <b class="bad">{words.number(failed)}</b>}
      {failed > 0 && "/"}
      {words.number(total)}
    </span>
  );
}
