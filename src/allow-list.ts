import { readFileSync } from "node:fs";
import { type Config, SettingsError } from "#config";
import { type PersistedDocumentsOptions, readPersistedDocuments } from "#edge";

/**
 * The documents that may be asked for, as the settings say.
 * @throws SettingsError where the manifest cannot be read
 */
export function readAllowList({ mode, file }: Config["persistedDocuments"]): PersistedDocumentsOptions {
  if (mode === "off" || file === null) return { mode: "off", documents: new Map() };
  try {
    return { mode, documents: readPersistedDocuments(readFileSync(file, "utf8")) };
  } catch (error) {
    const expected = "an object of texts by hash, as GraphQL code generator writes it, or Apollo's format";
    const { code } = error as { readonly code?: unknown };
    const cause = typeof code === "string" ? ` (${code})` : "";
    throw new SettingsError([`PERSISTED_DOCUMENTS_FILE: expected ${expected}, got ${JSON.stringify(file)}${cause}`]);
  }
}
