import { Shape } from "../parts/status.tsx";
import { useWords } from "../words/words.ts";
import type { ServerOutput } from "./output-view.tsx";

/** What the reader has to know about the text: bytes that are gone, bytes that could not be read, nothing printed. */
export function OutputNotes({ server, hidden }: { readonly server: ServerOutput; readonly hidden: number }) {
  const words = useWords().output;
  const output = server.result?.output ?? null;
  const dropped = output?.droppedBytes ?? 0;
  const notes = [
    ...(dropped > 0 ? [words.gone(dropped)] : []),
    ...(output?.lossy === true ? [words.lossy(output.charset)] : []),
    ...(hidden > 0 ? [words.hidden(hidden)] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="notice mixed">
          <Shape tone="mixed" /> <span>{note}</span>
        </p>
      ))}
      {(output === null || output.text === "") && <p class="blank">{nothingOf(server, words)}</p>}
    </>
  );
}

/** States of an instance on which the command was never executed. */
const NEVER_RAN: ReadonlySet<string> = new Set(["ERROR", "INVALID", "CANCELLED"]);

function nothingOf(server: ServerOutput, words: ReturnType<typeof useWords>["output"]): string {
  if (!server.isFinal) return words.nothingYet;
  return server.startTime === null || NEVER_RAN.has(server.status) ? words.noOutput : words.nothing;
}
