import { StateBar, Status } from "../parts/status.tsx";
import { Age } from "../parts/times.tsx";
import { runPath } from "../state/navigation.ts";
import type { Run } from "../state/run-list.ts";
import { toneOf } from "../state/statuses.ts";
import { useWords } from "../words/words.ts";

/** One run of the list. The whole row is its link. */
export function RunRow(props: {
  readonly run: Run;
  readonly index: number;
  readonly showsAccount: boolean;
  /** Whether it is the run that the reader came from. */
  readonly isCurrent?: boolean;
}) {
  const words = useWords();
  const { run, index } = props;
  return (
    <li
      class={`row run-row ${toneOf(run.status) === "bad" ? "failed" : ""}`}
      data-row={index}
      aria-posinset={index + 1}
    >
      <Status status={run.status} rawStatus={run.rawStatus} />
      <span class="age">
        <Age time={run.creationTime} />
      </span>
      <a class="name" href={runPath(run.id)} aria-current={props.isCurrent === true ? "true" : undefined}>
        <bdi>{run.command.name ?? words.unnamed}</bdi>
      </a>
      <StateBar counts={run.statusCounts} />
      <span class="source">
        {run.provider} <span class="muted">{run.regionId}</span>
        {props.showsAccount && <span class="muted"> {run.account}</span>}
      </span>
    </li>
  );
}
