/** The access file: read, checked, watched. */
export {
  type AccessFile,
  AccessFileError,
  type KeySettings,
  type OidcSettings,
  type ProxySettings,
} from "./access-file.ts";
export { readAccessFile } from "./read.ts";
export { createAddressMatcher, isSafeUrl } from "./texts.ts";
export { type WatchedAccessFile, type WatchOptions, watchAccessFile } from "./watch.ts";
