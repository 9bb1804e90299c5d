/** When a timed run is due, as its frequency says. */
export interface Schedule {
  readonly kind: ScheduleKind;
  /** What stands in the brackets, or the cron fields: seconds, minutes, hours, days, months, weekdays, and a year where there is one. */
  readonly expression: string;
  /** The zone the expression is meant in, as it was written; null for the instance's own (cron) or none (rate). */
  readonly timeZone: string | null;
}

/** By cron fields, at a steady rate, or once at an instant; UNKNOWN for a form that this gateway does not know. */
export type ScheduleKind = "CRON" | "RATE" | "AT" | "UNKNOWN";

const CALL = /^(rate|at)\((.*)\)$/is;
const CRON = /^(?:[\d*/,\-?LW#A-Z]+ +){5}[\d*/,\-?LW#A-Z]+/i;
const YEAR = /^(?:\*|\d{4}(?:[-/,]\d{1,4})*)(?= |$)/;

/**
 * Reads a frequency in the forms that RunCommand takes: `0 *\/20 * * * *` with an optional year and time zone behind it,
 * `rate(5m)`, `at(2026-06-06 13:15:30 Asia/Shanghai)`. Null for nothing. Never fails: what it cannot read is UNKNOWN.
 */
export function readSchedule(frequency: string | null): Schedule | null {
  const text = frequency?.trim().replace(/ +/g, " ") ?? "";
  if (text === "") return null;
  const call = CALL.exec(text);
  if (call !== null) return call[1]?.toLowerCase() === "rate" ? readRate(call[2] ?? "") : readAt(call[2] ?? "");
  const cron = CRON.exec(text)?.[0];
  return cron === undefined
    ? { kind: "UNKNOWN", expression: text, timeZone: null }
    : readCron(cron, text.slice(cron.length).trim());
}

function readRate(expression: string): Schedule {
  return { kind: "RATE", expression: expression.trim(), timeZone: null };
}

function readAt(body: string): Schedule {
  const [, instant = body.trim(), zone = ""] = /^(\S+ \S+)(?: (.+))?$/.exec(body.trim()) ?? [];
  return { kind: "AT", expression: instant, timeZone: zone === "" ? null : zone };
}

function readCron(fields: string, rest: string): Schedule {
  const year = YEAR.exec(rest)?.[0] ?? "";
  const zone = rest.slice(year.length).trim();
  return { kind: "CRON", expression: year === "" ? fields : `${fields} ${year}`, timeZone: zone === "" ? null : zone };
}
