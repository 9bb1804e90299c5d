import { runPath } from "../state/route.ts";
import type { Run } from "../state/run-list.ts";
import { countOf, FAILED_STATES, toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";

const BAR = 9;
const GAP = 2;
const HEIGHT = 48;

/** One bar a run, oldest first; its red part is the share of servers that failed. Each bar leads to its run. */
export function EarlierChart({ runs, currentId }: { readonly runs: readonly Run[]; readonly currentId: string }) {
  const words = useWords();
  const width = runs.length * (BAR + GAP);
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${HEIGHT + 6}`} width={width} height={HEIGHT + 6}>
        <title>{words.earlier.chart}</title>
        {runs.toReversed().map((run, index) => (
          <Bar key={run.id} run={run} x={index * (BAR + GAP)} isCurrent={run.id === currentId} />
        ))}
      </svg>
      <figcaption class="muted">{words.earlier.chart}</figcaption>
    </figure>
  );
}

function Bar({ run, x, isCurrent }: { readonly run: Run; readonly x: number; readonly isCurrent: boolean }) {
  const words = useWords();
  const total = run.statusCounts.reduce((sum, { count }) => sum + count, 0);
  const share = total === 0 ? 0 : countOf(run.statusCounts, FAILED_STATES) / total;
  const failed = share === 0 ? 0 : Math.max(4, share * HEIGHT);
  const time = run.creationTime === null ? words.never : new Date(run.creationTime).toLocaleString(words.locale);
  const text = `${time}: ${words.status[run.status] ?? run.status}`;
  return (
    <a href={runPath(run.id)} aria-label={text}>
      <title>{text}</title>
      <rect class={`bar ${toneOf(run.status) === "busy" ? "busy" : "good"}`} x={x} y="0" width={BAR} height={HEIGHT} />
      <rect class="bar bad" x={x} y={HEIGHT - failed} width={BAR} height={failed} />
      {isCurrent && <rect class="bar current" x={x} y={HEIGHT + 3} width={BAR} height="2" />}
    </a>
  );
}
