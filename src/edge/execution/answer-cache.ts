import { LRUCache } from "lru-cache";

import type { AnswerLife, Clock } from "#domain";

/** An answer as it was sent. */
export interface KeptAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly operationName: string | null;
}

/** How long one operation's answer lives; noted while it is made. */
export interface NotedLife extends AnswerLife {
  /** By {@link Clock.elapsed}; in the past if the answer is not to be kept. */
  readonly until: number;
}

/** Answers that are true as long as nothing changes in what was read: one execution serves all who ask the same. */
export interface AnswerCache {
  find(key: string): KeptAnswer | undefined;
  /** Call it when an operation begins, and `keep` with what it gives when its answer is made. */
  begin(): NotedLife;
  keep(key: string, answer: KeptAnswer, life: NotedLife): void;
}

const BYTES_MAX = 16 * 1024 * 1024;
const ANSWER_BYTES_MAX = 1024 * 1024;

interface Entry {
  readonly answer: KeptAnswer;
  readonly revision: number;
  readonly until: number;
}

interface BegunLife extends NotedLife {
  readonly revision: number;
}

/** @param revision another number after every change of what was read */
export function createAnswerCache(revision: () => number, clock: Clock): AnswerCache {
  const entries = new LRUCache<string, Entry>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ answer }, key) => 200 + 2 * (answer.body.length + key.length),
  });
  const begun = new WeakMap<NotedLife, number>();
  return {
    find(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.revision === revision() && clock.elapsed() < entry.until) return entry.answer;
      entries.delete(key);
      return undefined;
    },
    begin() {
      const life = createLife(revision());
      begun.set(life, life.revision);
      return life;
    },
    keep(key, answer, life) {
      const isStill = begun.get(life) === revision() && clock.elapsed() < life.until;
      if (isStill && answer.body.length <= ANSWER_BYTES_MAX) {
        entries.set(key, { answer, revision: revision(), until: life.until });
      }
    },
  };
}

function createLife(revision: number): BegunLife {
  let until = Number.POSITIVE_INFINITY;
  return {
    revision,
    get until() {
      return until;
    },
    endBy(elapsedMs) {
      until = Math.min(until, elapsedMs);
    },
    end() {
      until = Number.NEGATIVE_INFINITY;
    },
  };
}
