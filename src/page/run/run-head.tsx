import type { RunByIdQuery } from "cloud-assistant-gateway/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { StateBar, Status } from "../parts/status.tsx";
import { Age, Instant } from "../parts/times.tsx";
import { useWords } from "../words/words.ts";

type Node = Extract<NonNullable<RunByIdQuery["node"]>, { readonly __typename: "Invocation" }>;

/** A run with all that its head says. */
export interface RunDetails extends Node {
  /** True if the reader may not see parts of it. */
  readonly isForbidden: boolean;
}

/** What the run was: name, status, counts, the facts and the text of its command. */
export function RunHead({ run, isLive }: { readonly run: RunDetails; readonly isLive: boolean }) {
  const words = useWords();
  return (
    <header class="run-head">
      <div class="title">
        <h1>
          <bdi>{run.command.name ?? words.unnamed}</bdi>
        </h1>
        <Status status={run.status} rawStatus={run.rawStatus} />
        <Age time={run.creationTime} />
        <span class="muted">
          {run.provider} {run.regionId} · {run.account}
        </span>
        {isLive && <span class="live">{words.run.live}</span>}
      </div>
      {run.isGoneUpstream && <p class="muted">{words.run.gone}</p>}
      <div class="counts">
        <StateBar counts={run.statusCounts} />
      </div>
      <Facts run={run} />
      <CommandText text={run.command.content} isForbidden={run.isForbidden} />
    </header>
  );
}

function Facts({ run }: { readonly run: RunDetails }) {
  const words = useWords();
  const parameters = Object.entries(run.parameters ?? {});
  return (
    <dl class="facts">
      <Fact name={words.run.created}>
        <Instant time={run.creationTime} />
      </Fact>
      <Fact name={words.run.id}>
        <code>{run.invokeId}</code> <CopyButton text={run.invokeId} />
        {run.consoleUrl !== null && (
          <>
            {" "}
            <a href={run.consoleUrl} target="_blank" rel="noreferrer">
              {words.run.console}
            </a>
          </>
        )}
      </Fact>
      <Fact name={words.run.description}>{run.command.description && <bdi>{run.command.description}</bdi>}</Fact>
      <Fact name={words.run.schedule}>{run.frequency && <code>{run.frequency}</code>}</Fact>
      <Fact name={words.run.timeout}>{run.timeoutSeconds !== null && words.run.seconds(run.timeoutSeconds)}</Fact>
      <Fact name={words.run.user}>{run.username && <bdi>{run.username}</bdi>}</Fact>
      <Fact name={words.run.folder}>{run.workingDir && <code>{run.workingDir}</code>}</Fact>
      <Fact name={words.run.parameters}>
        {parameters.length > 0 &&
          parameters.map(([name, value]) => (
            <code key={name} class="parameter">
              {name}={typeof value === "string" ? value : JSON.stringify(value)}
            </code>
          ))}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  if (children === null || children === false || children === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const FOLDED_LINES = 3;

function CommandText({ text, isForbidden }: { readonly text: string | null; readonly isForbidden: boolean }) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  if (text === null) {
    return <p class="muted">{isForbidden ? words.run.forbiddenCommandText : words.run.noCommandText}</p>;
  }
  const lines = text.trimEnd().split("\n");
  const isLong = lines.length > FOLDED_LINES + 1;
  return (
    <div class="command">
      <ScrollBox label={words.run.commandText}>
        <pre>{isOpen || !isLong ? text : lines.slice(0, FOLDED_LINES).join("\n")}</pre>
      </ScrollBox>
      <div class="tools">
        <CopyButton text={text} />
        {isLong && (
          <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? words.run.showLess : words.run.showAll(lines.length)}
          </button>
        )}
      </div>
    </div>
  );
}
