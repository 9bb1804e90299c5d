import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { OutputView } from "./output/output-view.tsx";
import { Account } from "./parts/account.tsx";
import { Help } from "./parts/help.tsx";
import { useKeys } from "./parts/keys.ts";
import { SourcesButton, type SourceView } from "./parts/sources.tsx";
import { NowContext, useTicking } from "./parts/times.tsx";
import { HiddenTitle } from "./parts/title.tsx";
import { RunView } from "./run/run-view.tsx";
import { RunsView } from "./runs/runs-view.tsx";
import { useSession } from "./sign-in/use-session.ts";
import { useAsk } from "./state/ask.ts";
import { gateway, salvage } from "./state/gateway.ts";
import { followLinks, type Place, readRoute, usePlace } from "./state/navigation.ts";
import { type Preferences, usePreferences } from "./state/preferences.ts";
import { DICTIONARIES, useWords, WordsContext } from "./words/words.ts";

const SOURCES_MS = 3_000;

/** The whole page: a head, and the view that the address names. */
export function App() {
  const place = usePlace();
  const preferences = usePreferences();
  const now = useTicking();
  const sources = useAsk(readSources, [], { everyMs: () => SOURCES_MS });
  const { isArriving } = useSession();
  useEffect(() => {
    addEventListener("click", followLinks);
    return () => removeEventListener("click", followLinks);
  }, []);
  return (
    <WordsContext.Provider value={DICTIONARIES[preferences.language]}>
      <NowContext.Provider value={now}>
        <Head preferences={preferences} sources={sources.data ?? []} readAt={sources.answeredAt} />
        {isArriving ? <Arriving /> : <View place={place} sources={sources.data ?? []} />}
      </NowContext.Provider>
    </WordsContext.Provider>
  );
}

async function readSources(signal: AbortSignal): Promise<readonly SourceView[]> {
  const { data } = await salvage(gateway.sources({}, {}, signal));
  return data.sources ?? [];
}

function Head(props: {
  readonly preferences: Preferences;
  readonly sources: readonly SourceView[];
  readonly readAt: number | null;
}) {
  const words = useWords();
  const { preferences } = props;
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  useKeys({ "?": () => setIsHelpOpen(true) });
  return (
    <header class="head">
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <a class="brand" href="/">
        {words.product}
      </a>
      <Account />
      <SourcesButton sources={props.sources} readAt={props.readAt} />
      <button
        type="button"
        class="quiet"
        lang={preferences.language === "en" ? "zh-CN" : "en"}
        onClick={preferences.nextLanguage}
      >
        {words.otherLanguage}
      </button>
      <button
        type="button"
        class="quiet icon"
        title={words.theme[preferences.theme]}
        aria-label={words.theme[preferences.theme]}
        onClick={preferences.nextTheme}
      >
        {{ auto: "◐", light: "○", dark: "●" }[preferences.theme]}
      </button>
      <button
        type="button"
        class="quiet icon keys-button"
        title={words.keys}
        aria-label={words.keys}
        onClick={() => setIsHelpOpen(true)}
      >
        ?
      </button>
      {isHelpOpen && <Help onClose={() => setIsHelpOpen(false)} />}
    </header>
  );
}

function View({ place, sources }: { readonly place: Place; readonly sources: readonly SourceView[] }) {
  const words = useWords();
  const [broken, mend] = useErrorBoundary();
  const route = readRoute(place);
  useEffect(() => (broken === undefined ? undefined : mend()), [place]);
  if (broken !== undefined) return <Blank text={words.failure.UNEXPECTED} />;
  if (route.view === "runs") return <RunsView search={place.search} sources={sources} />;
  if (route.view === "run") return <RunView key={route.runId} runId={route.runId} tab={route.tab} />;
  if (route.view === "output")
    return <OutputView key={route.serverId} runId={route.runId} serverId={route.serverId} line={route.line} />;
  return <Blank text={words.failure.notFound} />;
}

function Arriving() {
  const words = useWords();
  return (
    <main class="view" id="content">
      <HiddenTitle name={words.product} />
      <p class="blank">{words.signIn.arriving}</p>
    </main>
  );
}

function Blank({ text }: { readonly text: string }) {
  const words = useWords();
  return (
    <main class="view" id="content">
      <HiddenTitle name={words.product} />
      <div class="blank">
        <p>{text}</p>
        <button type="button" onClick={() => location.reload()}>
          {words.failure.reload}
        </button>{" "}
        <a href="/">{words.toRuns}</a>
      </div>
    </main>
  );
}
