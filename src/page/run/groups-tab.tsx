import type { CompareOutputsQuery } from "cloud-assistant-gateway/client";
import { Failure } from "../parts/failure.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { Status } from "../parts/status.tsx";
import { useAsk } from "../state/ask.ts";
import { gateway, salvage } from "../state/gateway.ts";
import { outputPath } from "../state/route.ts";
import { readAnsi } from "../text/ansi.ts";
import { useWords } from "../words/words.ts";
import { Difference } from "./difference.tsx";
import type { RunDetails } from "./run-head.tsx";

type RunNode = Extract<NonNullable<CompareOutputsQuery["node"]>, { readonly __typename: "Invocation" }>;
type Group = NonNullable<RunNode["outputGroups"]>[number];

const MOST_GROUPS = 20;
const MOST_LINES = 200;

/** What the servers printed, identical outputs together, each compared with the largest group. */
export function GroupsTab({ run }: { readonly run: RunDetails }) {
  const words = useWords();
  const asked = useAsk((signal) => readGroups(run.id, signal), [run.id, run.isFinal]);
  const groups = asked.data;
  if (asked.error !== null) return <Failure error={asked.error} again={asked.again} />;
  if (groups === null) return <p class="blank">{words.loading}</p>;
  const [largest, ...others] = groups;
  if (largest === undefined) return <p class="blank">{words.groups.nothing}</p>;
  const isCapped = groups.length === MOST_GROUPS;
  return (
    <ScrollBox class="groups" label={words.run.outputs}>
      <p class="muted">{isCapped ? words.groups.capped(groups.length) : words.groups.summary(groups.length)}</p>
      <GroupHead runId={run.id} group={largest} />
      <Excerpt text={textOf(largest)} />
      {others.length === 0 && <p class="muted">{words.groups.alike}</p>}
      {others.map((group) => (
        <article key={group.instanceInvocations[0]?.id}>
          <GroupHead runId={run.id} group={group} />
          <Difference left={textOf(largest)} right={textOf(group)} />
        </article>
      ))}
    </ScrollBox>
  );
}

async function readGroups(id: string, signal: AbortSignal): Promise<readonly Group[]> {
  const { data, failures } = await salvage(gateway.compareOutputs({ id, first: MOST_GROUPS }, {}, signal));
  if (data.node?.__typename !== "Invocation") return [];
  if (data.node.outputGroups === null) throw failures[0] ?? new TypeError("The gateway answered without the outputs.");
  return data.node.outputGroups;
}

const textOf = ({ output }: Group): string => readAnsi(output?.text ?? "").text;

function GroupHead({ runId, group }: { readonly runId: string; readonly group: Group }) {
  const words = useWords();
  const more = group.count - group.instanceInvocations.length;
  return (
    <h2 class="group-head">
      <b>{words.run.onServers(group.count)}</b>
      <Status status={group.status} rawStatus={null} />
      {group.exitCode !== null && <span class="muted">{words.run.exitCode(group.exitCode)}</span>}
      <span class="names">
        {group.instanceInvocations.map(({ id, instanceId }) => (
          <a key={id} href={outputPath(runId, id)}>
            {instanceId}
          </a>
        ))}
        {more > 0 && <span class="muted">{words.groups.andMore(more)}</span>}
      </span>
    </h2>
  );
}

function Excerpt({ text }: { readonly text: string }) {
  const words = useWords();
  if (text === "") return <p class="muted">{words.output.nothing}</p>;
  return (
    <ScrollBox class="excerpt" label={words.groups.largest}>
      <pre>{text.split("\n").slice(0, MOST_LINES).join("\n")}</pre>
    </ScrollBox>
  );
}
