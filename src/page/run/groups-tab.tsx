import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Failure } from "../parts/failure.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { Status } from "../parts/status.tsx";
import { useAsk } from "../state/ask.ts";
import { gateway, salvage } from "../state/gateway.ts";
import { usePatience } from "../state/late-outputs.ts";
import { outputPath } from "../state/navigation.ts";
import { type Group, layGroups, nameOf } from "../state/output-groups.ts";
import { OPEN_STATES } from "../state/statuses.ts";
import { browserStore } from "../storage/storage.ts";
import { useWords } from "../words/words.ts";
import { Difference } from "./difference.tsx";
import type { RunDetails } from "./run-head.tsx";

const MOST_GROUPS = 20;
const MOST_LINES = 200;
const POLL_MS = 5_000;

/** What the servers printed, equal outputs together, each compared with what most of them printed. */
export function GroupsTab({ run, isAlone }: { readonly run: RunDetails; readonly isAlone: boolean }) {
  const words = useWords();
  const [isExact, setIsExact] = useState(browserStore.recall("outputs") === "exact");
  const mayTellMore = usePatience();
  const everyMs = (data: readonly Pick<Group, "isKnown">[] | null): number | null =>
    mayTellMore({ isFinal: run.isFinal, isKnown: data?.every(({ isKnown }) => isKnown) ?? true }) ? POLL_MS : null;
  const asked = useAsk((signal) => readGroups(run.id, !isExact, signal), [run.id, run.isFinal, isExact], { everyMs });
  const groups = asked.data;
  const laid = useMemo(() => (groups === null ? null : layGroups(groups)), [groups]);
  const choose = (exact: boolean): void => {
    browserStore.keep("outputs", exact ? "exact" : "similar");
    setIsExact(exact);
  };
  if (asked.error !== null) return <Failure error={asked.error} again={asked.again} />;
  if (groups === null || laid === null) return <p class="blank">{words.loading}</p>;
  if (groups.length === 0) return <p class="blank">{words.groups.nothing}</p>;
  const { most, others, silent } = laid;
  return (
    <ScrollBox class="groups" label={words.run.outputs}>
      {!isAlone && <GroupsHead count={groups.length} isExact={isExact} onChange={choose} />}
      {most !== null && (
        <GroupPart runId={run.id} group={most} isAlone={isAlone}>
          <Excerpt text={most.text} />
        </GroupPart>
      )}
      {others.map((group) => (
        <GroupPart key={group.instanceInvocations[0]?.id} runId={run.id} group={group} isAlone={false}>
          {most !== null && <Difference left={most} right={group} />}
        </GroupPart>
      ))}
      {silent.map((group) => (
        <GroupPart key={group.instanceInvocations[0]?.id} runId={run.id} group={group} isAlone={isAlone}>
          <p class="muted">{silenceOf(group, words.groups)}</p>
        </GroupPart>
      ))}
    </ScrollBox>
  );
}

function silenceOf({ status, isKnown }: Group, words: ReturnType<typeof useWords>["groups"]): string {
  if (!isKnown) return words.untold;
  return OPEN_STATES.includes(status) ? words.silentYet : words.silent;
}

async function readGroups(id: string, similar: boolean, signal: AbortSignal) {
  const { data, failures } = await salvage(gateway.compareOutputs({ id, first: MOST_GROUPS, similar }, {}, signal));
  if (data.node?.__typename !== "Invocation") return [];
  if (data.node.outputGroups === null) throw failures[0] ?? new TypeError("The gateway answered without the outputs.");
  return data.node.outputGroups;
}

function GroupsHead(props: {
  readonly count: number;
  readonly isExact: boolean;
  readonly onChange: (isExact: boolean) => void;
}) {
  const words = useWords().groups;
  const { count, isExact, onChange } = props;
  return (
    <div class="groups-head">
      <div class="segments">
        <button type="button" aria-pressed={!isExact} onClick={() => onChange(false)}>
          {words.similar}
        </button>
        <button type="button" aria-pressed={isExact} onClick={() => onChange(true)}>
          {words.exact}
        </button>
      </div>
      <p class="muted">
        {count === MOST_GROUPS ? words.capped(count) : words.summary(count)} {!isExact && words.apart}
      </p>
    </div>
  );
}

function GroupPart(props: {
  readonly runId: string;
  readonly group: Group;
  readonly isAlone: boolean;
  readonly children: ComponentChildren;
}) {
  const words = useWords();
  const { runId, group, isAlone } = props;
  const more = group.count - group.instanceInvocations.length;
  return (
    <article>
      <h2 class="group-head">
        {!isAlone && <b>{words.run.onServers(group.count)}</b>}
        <Status status={group.status} rawStatus={null} />
        {group.exitCode !== null && <span class="muted">{words.run.exitCode(group.exitCode)}</span>}
        <span class="names">
          {group.instanceInvocations.map((server) => (
            <a key={server.id} href={outputPath(runId, server.id)} title={server.instanceId}>
              <bdi>{nameOf(server)}</bdi>
            </a>
          ))}
          {more > 0 && <span class="muted">{words.groups.andMore(more)}</span>}
        </span>
      </h2>
      {props.children}
    </article>
  );
}

function Excerpt({ text }: { readonly text: string }) {
  const words = useWords();
  const lines = text.trimEnd().split("\n");
  const more = lines.length - MOST_LINES;
  return (
    <ScrollBox class="excerpt" label={words.run.output}>
      <pre>{lines.slice(0, MOST_LINES).join("\n")}</pre>
      {more > 0 && <p class="muted">{words.groups.moreLines(more)}</p>}
    </ScrollBox>
  );
}
