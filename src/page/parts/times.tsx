import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { formatAge, formatDuration, formatInstant } from "../state/format.ts";
import { useWords } from "../words/words.ts";

const TICK_MS = 5_000;

/** The present, in milliseconds since 1970; moves every 5 s for the whole page at once. */
export const NowContext = createContext(0);

/** Keeps the time that {@link NowContext} hands out. */
export function useTicking(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How long ago, with the exact instant in the reader's zone on hover. */
export function Age({ time }: { readonly time: string | null }) {
  return <Moment time={time} isAge />;
}

/** An instant in the reader's zone, with its age on hover. */
export function Instant({ time }: { readonly time: string | null }) {
  return <Moment time={time} isAge={false} />;
}

function Moment({ time, isAge }: { readonly time: string | null; readonly isAge: boolean }) {
  const { locale, never } = useWords();
  const now = useContext(NowContext);
  if (time === null) return <span class="muted">{never}</span>;
  const age = formatAge(Date.parse(time), now, locale);
  const exact = formatInstant(Date.parse(time), locale);
  return (
    <time dateTime={time} title={isAge ? exact : age}>
      {isAge ? age : exact}
    </time>
  );
}

/** How long it took, or how long it has been running when it has a start and no end. */
export function Duration(props: {
  readonly milliseconds: number | null;
  readonly since: string | null;
  readonly isFinal: boolean;
}) {
  const { locale } = useWords();
  const now = useContext(NowContext);
  if (props.milliseconds !== null) return <span>{formatDuration(props.milliseconds, locale)}</span>;
  if (props.since === null || props.isFinal) return <span class="muted">–</span>;
  const seconds = Math.max(0, Math.floor((now - Date.parse(props.since)) / 1_000));
  return <span class="muted">{formatDuration(seconds * 1_000, locale)}…</span>;
}
