import { type Clock, type Source, sourceKey } from "#domain";

/** Less than a second, so that who looks once a second sees each time what is new. */
const LIFE_MS = 900;

interface Counted<Answer> {
  readonly answer: Promise<Answer>;
  /** By the clock's `elapsed`; null while it is worked out. */
  endedAt: number | null;
}

/** Works out one thing of a source once for all who ask at about the same time: its answer is up to 900 ms old. A failure is not kept. */
export function shareCounts<Answer>(
  count: (source: Source) => Promise<Answer>,
  clock: Pick<Clock, "elapsed">,
): (source: Source) => Promise<Answer> {
  const all = new Map<string, Counted<Answer>>();
  return (source) => {
    const key = sourceKey(source);
    const known = all.get(key);
    if (known !== undefined && (known.endedAt === null || clock.elapsed() - known.endedAt < LIFE_MS))
      return known.answer;
    const counted: Counted<Answer> = { answer: count(source), endedAt: null };
    all.set(key, counted);
    counted.answer.then(
      () => {
        counted.endedAt = clock.elapsed();
      },
      () => all.delete(key),
    );
    return counted.answer;
  };
}
