/** What a script would do. */
export interface ScriptOutcome {
  readonly output: Uint8Array;
  readonly exitCode: number;
  readonly durationMs: number;
}

const BASE_DURATION_MS = 1_500;

/**
 * Plays the simplest of scripts line by line: `echo` prints, `sleep` takes its seconds, `exit` ends with its code, and
 * `{{name}}` stands for a parameter. Every other line is done at once and without a word.
 */
export function interpretScript(content: Uint8Array, parameters: Readonly<Record<string, string>>): ScriptOutcome {
  const text = Buffer.from(content)
    .toString("utf8")
    .replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (all, name: string) => parameters[name] ?? all);
  let printed = "";
  let durationMs = BASE_DURATION_MS;
  for (const line of text.split(/\r?\n|;|&&/)) {
    const [, word, rest] = /^\s*(echo|sleep|exit)\b\s*(.*?)\s*$/i.exec(line) ?? [];
    if (word === undefined) continue;
    if (word.toLowerCase() === "echo") printed += `${unquote(rest ?? "")}\n`;
    else if (word.toLowerCase() === "sleep") durationMs += (Number.parseFloat(rest ?? "") || 0) * 1000;
    else return { output: Buffer.from(printed), exitCode: Number.parseInt(rest ?? "", 10) || 0, durationMs };
  }
  return { output: Buffer.from(printed), exitCode: 0, durationMs };
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}
