import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";

/** Writes lines of JSON. */
export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error">;

/** Where lines go; the process's standard output where none is given. */
export type LogDestination = DestinationStream;

const SECRET_NAMES = ["authorization", "cookie", "accessKeySecret", "securityToken", "signature", "stringToSign"];

/**
 * One JSON object a line: `level` as a word, `time` in RFC 3339, `msg`, and details. Members whose names say that they are secret
 * are blanked; nothing secret should get as far as here.
 */
export function createLogger(level: string, destination?: LogDestination): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
