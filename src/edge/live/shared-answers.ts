import type { DocumentNode, FormattedExecutionResult } from "graphql";

import type { AuditRecord } from "#access";
import type { Clock } from "#domain";
import type { Asking, Client } from "../admission/index.ts";
import { fitAnswer, stringify, UNWRITABLE } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";
import { createRounds } from "./rounds.ts";

/** An answer and its JSON, which is written once for all who get it. */
export interface WrittenAnswer {
  /** What the JSON says, if it is whole. */
  readonly result: FormattedExecutionResult;
  /** Keeps to the limit of bytes. */
  readonly json: string;
  /** False if the JSON tells less than the result. */
  readonly isWhole: boolean;
}

/** Who waits for the answer to one event, and what was asked. */
export interface AskedEvent {
  readonly event: unknown;
  /** The same for all who ask the same, as {@link nameQuestion} makes it. */
  readonly question: string;
  /** Its audit notes what an answer hands out, also one that was made for another one. */
  readonly asker: Pick<Asking, "caller" | "audit"> & { readonly client: Pick<Client, "remainingCalls"> };
}

interface Shared {
  readonly madeAt: number;
  readonly notes: Notes;
  readonly answer: Promise<WrittenAnswer>;
}

/** An answer tells of its event at the time when it was made: one who comes later gets a new one. */
const KEPT_MS = 1_000;

/** Answers that are there already leave so many at a time: some milliseconds of work. */
const nextRound = createRounds(200);

const shared = new WeakMap<object, Map<string, Shared>>();
const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** Names what a subscription asks of each of its events. */
export function nameQuestion(document: DocumentNode, operationName: string | null, variables: unknown): string {
  return JSON.stringify([numberOf(document), operationName, variables]);
}

/**
 * The answer that another one who may see the same got to the same question about this event, or a new one. An answer with errors
 * serves nobody else, since a limit or an end of the first one's own may be the cause.
 * @param make executes and notes in the audit that it is given
 */
export async function shareAnswer(
  { event, question, asker: { caller, audit, client } }: AskedEvent,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  make: (audit: AuditRecord) => Promise<FormattedExecutionResult>,
): Promise<WrittenAnswer> {
  const write = async (to: AuditRecord) => writeAnswer(await make(to), logger);
  // An answer tells what is left of the caller's own calls, if they are counted.
  const isOwn = (client.remainingCalls?.() ?? null) !== null;
  if (typeof event !== "object" || event === null || isOwn) return write(audit);
  const answers = shared.get(event) ?? new Map<string, Shared>();
  shared.set(event, answers);
  const key = `${numberOf(caller.view)} ${question}`;
  const known = answers.get(key);
  if (known !== undefined && clock.elapsed() - known.madeAt < KEPT_MS) {
    const answer = await known.answer;
    await nextRound();
    if (answer.result.errors !== undefined) return write(audit);
    known.notes.copyTo(audit);
    return answer;
  }
  const notes = createNotes(audit);
  const answer = write(notes);
  answers.set(key, { madeAt: clock.elapsed(), notes, answer });
  return answer;
}

/** Writes a result when its JSON is first asked for. */
export function writeAnswer(result: FormattedExecutionResult, logger: Pick<Logger, "error">): WrittenAnswer {
  let written: { readonly json: string; readonly isWhole: boolean } | null = null;
  const write = () => {
    const whole = stringify(result, logger);
    const json = fitAnswer(whole);
    return { json, isWhole: json === whole && json !== UNWRITABLE };
  };
  return {
    result,
    get json() {
      written ??= write();
      return written.json;
    },
    get isWhole() {
      written ??= write();
      return written.isWhole;
    },
  };
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
