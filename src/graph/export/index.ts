/** What `/export` writes. */
export { type ExportParts, openExport } from "./export.ts";
