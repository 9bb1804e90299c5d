import { Failure } from "../parts/failure.tsx";
import { useKeys } from "../parts/keys.ts";
import { HiddenTitle, useTitle } from "../parts/title.tsx";
import { useAsk } from "../state/ask.ts";
import { goUp } from "../state/navigation.ts";
import { nameOf } from "../state/output-groups.ts";
import { runPath } from "../state/route.ts";
import { useWords } from "../words/words.ts";
import { OutputHead } from "./output-head.tsx";
import { OutputReader } from "./output-reader.tsx";
import { readOutput } from "./server-output.ts";

const POLL_MS = 2_000;

/** What a run printed on one server; grows while the run is under way. */
export function OutputView(props: { readonly runId: string; readonly serverId: string; readonly line: number | null }) {
  const words = useWords();
  const { runId, serverId, line } = props;
  const asked = useAsk((signal) => readOutput(serverId, signal), [serverId], {
    everyMs: (data) => (data === "gone" || data?.isFinal === true ? null : POLL_MS),
  });
  const server = asked.data;
  const found = server === "gone" ? null : server;
  useTitle(found === null ? words.output.title : nameOf(found));
  useKeys({ Escape: () => goUp(runPath(runId)) });
  return (
    <main class="view output" id="content">
      <nav class="crumbs" aria-label={words.crumbs}>
        <a href="/">‹ {words.runs}</a>
        <a href={runPath(runId)}>{words.toRun}</a>
      </nav>
      {found === null && <HiddenTitle name={words.output.title} />}
      {asked.error !== null && <Failure error={asked.error} again={asked.again} />}
      {server === null && asked.error === null && <p class="blank">{words.loading}</p>}
      {server === "gone" && (
        <div class="blank">
          <p>{words.output.unknown}</p>
          <a href={runPath(runId)}>{words.toRun}</a>
        </div>
      )}
      {found !== null && (
        <>
          <OutputHead server={found} />
          <OutputReader server={found} line={line} />
        </>
      )}
    </main>
  );
}
