import { readConfig, SettingsError } from "#config";

/** What is wrong with settings, and with a file that each of them that names one leads to; none if they can be used. */
export function problemsOf(environment: Readonly<Record<string, string | undefined>>, file = ""): readonly string[] {
  try {
    readConfig(environment, () => file);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
