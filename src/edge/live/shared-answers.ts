import type { DocumentNode, FormattedExecutionResult } from "graphql";
import { LRUCache } from "lru-cache";

import type { AuditRecord } from "#access";
import type { Clock } from "#domain";
import type { Asking, Client } from "../admission/index.ts";
import { codesOf } from "../errors/index.ts";
import { stringify, toAnswerBytes, UNWRITABLE } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";
import type { Stop } from "./stop.ts";

/** The JSON of an answer, written once for all who get it. The data itself, which weighs more, is let go. */
export interface WrittenAnswer {
  /** In UTF-8. Keeps to the limit of bytes. */
  readonly bytes: Buffer;
  /** Of the result's errors. */
  readonly codes: readonly string[];
  /** False if the JSON has none of the data, or there is none. */
  readonly isTold: boolean;
}

/** Who waits for the answer to one event, and what was asked. */
export interface AskedEvent {
  readonly event: unknown;
  /** The same for all who ask the same, as {@link nameQuestion} makes it. */
  readonly question: string;
  /** Its audit notes what an answer hands out, also one that was made for another one. */
  readonly asking: Pick<Asking, "caller" | "audit">;
  readonly client: Pick<Client, "remainingCalls" | "pass">;
  readonly stop: Stop;
}

interface Shared {
  readonly madeAt: number;
  readonly notes: Notes;
  /** Null if it serves nobody but who made it. */
  readonly answer: Promise<WrittenAnswer | null>;
  /** The same, once it is made. */
  made: WrittenAnswer | null;
}

/** An answer tells of its event at the time when it was made: one who comes later gets a new one. */
const KEPT_MS = 1_000;

/** What is kept for those who come later, of all events together. */
const KEPT_BYTES = 8_000_000;
/** What one takes beside its text: notes for the audit, and what forgets it. */
const ENTRY_BYTES = 2_000;

/** What forgets an answer, the oldest first. */
type Kept = LRUCache<Shared, () => void>;

/** For each gateway of a process its own: ages of different clocks cannot be compared. */
const keptBy = new WeakMap<Clock, Kept>();

const shared = new WeakMap<object, Map<string, Shared>>();
const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** Names what a subscription asks of each of its events. */
export function nameQuestion(document: DocumentNode, operationName: string | null, variables: unknown): string {
  return JSON.stringify([numberOf(document), operationName, variables]);
}

/**
 * The answer that another one who may see the same got to the same question about this event, or a new one. An answer with errors
 * serves nobody else, since a limit or an end of the first one's own may be the cause; nor does that of one who left meanwhile.
 * @param make executes and notes in the audit that it is given
 */
export function shareAnswer(
  asked: AskedEvent,
  surroundings: { readonly clock: Clock; readonly logger: Logger },
  make: (audit: AuditRecord) => Promise<FormattedExecutionResult>,
): WrittenAnswer | Promise<WrittenAnswer> {
  const { event, question, asking, client } = asked;
  const { audit, caller } = asking;
  const write = async (to: AuditRecord) => writeAnswer(await make(to), surroundings.logger);
  // An answer tells what is left of the caller's own calls, if they are counted.
  const isOwn = (client.remainingCalls?.() ?? null) !== null;
  if (typeof event !== "object" || event === null || isOwn) return write(audit);
  const answers = answersTo(event);
  const key = `${numberOf(caller.view)} ${question}`;
  const ready = findReady(answers.get(key), surroundings.clock);
  if (ready === null) return awaitAnswer(asked, { answers, key, write }, surroundings.clock);
  ready.notes.copyTo(audit);
  return ready.made;
}

function answersTo(event: object): Map<string, Shared> {
  const known = shared.get(event);
  if (known !== undefined) return known;
  const answers = new Map<string, Shared>();
  shared.set(event, answers);
  return answers;
}

function findReady(
  known: Shared | undefined,
  clock: Clock,
): { readonly notes: Notes; readonly made: WrittenAnswer } | null {
  if (known === undefined || !isFresh(known, clock)) return null;
  const { notes, made } = known;
  return made === null || made.codes.length > 0 ? null : { notes, made };
}

function isFresh({ madeAt }: Shared, clock: Clock): boolean {
  return clock.elapsed() - madeAt < KEPT_MS;
}

interface Awaiting {
  readonly answers: Map<string, Shared>;
  readonly key: string;
  readonly write: (audit: AuditRecord) => Promise<WrittenAnswer>;
}

/** The answer that another one waits for already, or a new one. */
async function awaitAnswer(
  { asking: { audit }, client, stop }: AskedEvent,
  { answers, key, write }: Awaiting,
  clock: Clock,
): Promise<WrittenAnswer> {
  for (let known = answers.get(key); known !== undefined && isFresh(known, clock); known = answers.get(key)) {
    const isAwaited = known.made === null;
    const answer = await known.answer;
    // Many may wait for the same.
    if (isAwaited) await client.pass();
    if (answer !== null && answer.codes.length > 0) return write(audit);
    if (answer !== null) {
      known.notes.copyTo(audit);
      return answer;
    }
    // Who waited for it shares the next one.
    if (answers.get(key) === known) answers.delete(key);
  }
  const notes = createNotes(audit);
  const answer = write(notes);
  const forOthers = answer.then(
    (made) => (stop.hasCome ? null : made),
    () => null,
  );
  const kept = keptOf(clock);
  forgetBefore(kept, clock.elapsed() - KEPT_MS);
  keep(kept, answers, key, { madeAt: clock.elapsed(), notes, answer: forOthers, made: null });
  return answer;
}

function keptOf(clock: Clock): Kept {
  const kept = keptBy.get(clock) ?? new LRUCache({ maxSize: KEPT_BYTES, dispose: (forget: () => void) => forget() });
  keptBy.set(clock, kept);
  return kept;
}

function forgetBefore(kept: Kept, elapsedMs: number): void {
  for (const one of kept.rkeys()) {
    if (one.madeAt > elapsedMs) return;
    kept.delete(one);
  }
}

// An event may live as long as its run goes on, and be asked about in many ways.
function keep(kept: Kept, answers: Map<string, Shared>, key: string, one: Shared): void {
  answers.set(key, one);
  const forget = () => {
    if (answers.get(key) === one) answers.delete(key);
  };
  void one.answer.then((answer) => {
    one.made = answer;
    const size = ENTRY_BYTES + (answer?.bytes.length ?? 0);
    if (size > KEPT_BYTES) forget();
    else kept.set(one, forget, { size });
  });
}

/** Writes a result. */
export function writeAnswer(result: FormattedExecutionResult, logger: Pick<Logger, "error">): WrittenAnswer {
  const text = stringify(result, logger);
  const { bytes, isWhole } = toAnswerBytes(text);
  const hasData = Object.values(result.data ?? {}).some((value) => value !== null);
  return { bytes, codes: codesOf(result), isTold: isWhole && text !== UNWRITABLE && hasData };
}

interface Notes extends AuditRecord {
  copyTo(other: AuditRecord): void;
}

/** Passes notes on and remembers them for others. */
function createNotes(first: AuditRecord): Notes {
  const made: ((audit: AuditRecord) => void)[] = [];
  const note = (one: (audit: AuditRecord) => void) => {
    made.push(one);
    one(first);
  };
  return {
    handOut: (handout) => note((audit) => audit.handOut(handout)),
    refuse: (kind, run) => note((audit) => audit.refuse(kind, run)),
    end: () => {},
    copyTo: (other) => {
      for (const one of made) one(other);
    },
  };
}

function numberOf(thing: object): number {
  const known = numbers.get(thing);
  if (known !== undefined) return known;
  lastNumber += 1;
  numbers.set(thing, lastNumber);
  return lastNumber;
}
