/** The access file: read, checked, watched. */
export {
  type AccessFile,
  AccessFileError,
  type KeySettings,
  type KnownAccount,
  type OidcSettings,
  type ProxySettings,
} from "./access-file.ts";
export type { Fault, Place } from "./fault.ts";
export { readAccessFile } from "./read.ts";
export { mayHoldSecret, readSourceText } from "./source-text.ts";
export { createAddressMatcher, isSafeUrl, readDate } from "./texts.ts";
export { describeWarnings } from "./warnings.ts";
export { type WatchedFile, watchFile } from "./watch.ts";
