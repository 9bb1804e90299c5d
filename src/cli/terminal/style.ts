import { stripVTControlCharacters, styleText } from "node:util";
import type { InstanceInvocationStatus, InvocationStatus } from "../../client/index.ts";

type Look = Parameters<typeof styleText>[0];

/** Puts colours on words, or leaves them as they are. */
export interface Style {
  status(word: string, text?: string): string;
  heading(text: string): string;
}

const STATUS_LOOKS: Readonly<Record<InvocationStatus | InstanceInvocationStatus, Look>> = {
  PENDING: "cyan",
  SCHEDULED: "cyan",
  RUNNING: "blue",
  STOPPING: "yellow",
  SUCCESS: "green",
  PARTIAL_FAILED: "red",
  FAILED: "red",
  ERROR: "red",
  TIMEOUT: "red",
  ABORTED: "red",
  INVALID: "red",
  CANCELLED: "yellow",
  TERMINATED: "yellow",
  STOPPED: "yellow",
  FINISHED: "green",
  UNKNOWN: "magenta",
};
// A newer gateway may send a status that this version does not know.
const LOOK_BY_WORD: ReadonlyMap<string, Look> = new Map(Object.entries(STATUS_LOOKS));

/** Makes the style for a screen that shows colours, or for one that does not. */
export function createStyle(hasColours: boolean): Style {
  const paint = (look: Look, text: string): string =>
    hasColours ? styleText(look, text, { validateStream: false }) : text;
  return {
    status: (word, text = word) => paint(LOOK_BY_WORD.get(word) ?? "magenta", text),
    heading: (text) => paint("bold", text),
  };
}

/** A text for a single line: control characters, which could steer a terminal, become blanks. */
export function toLine(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, " ").trim();
}

const CONTROL = /\p{Cc}+/gu;
