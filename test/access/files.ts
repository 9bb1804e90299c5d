import { type AccessFile, readAccessFile } from "#access";

/** An access file out of members; JSON is YAML. */
export function accessFile(members: Record<string, unknown>, accounts = ["production", "testing"]): AccessFile {
  return readAccessFile(JSON.stringify(members), "access.yml", { accounts });
}

export const everything = { operators: { may: ["runs", "commands", "outputs"], sources: [{}] } };
