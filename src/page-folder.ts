import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Beside the compiled program, and beside its sources. */
const PLACES = ["./page/", "../dist/page/"];

/** The folder that holds the built page for people; null if it was not built. */
export function findPageFolder(): string | null {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, "assets")) && existsSync(join(folder, "index.html"))) ?? null;
}
