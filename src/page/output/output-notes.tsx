import type { GraphQLFailure } from "cloud-assistant-gateway/client";
import { Shape } from "../parts/status.tsx";
import { useWords } from "../words/words.ts";
import { saveExport } from "./download.ts";
import type { ServerOutput } from "./server-output.ts";

/** What the reader has to know about the text: bytes that are gone, bytes that could not be read, nothing printed. */
export function OutputNotes({ server }: { readonly server: ServerOutput }) {
  const words = useWords().output;
  const output = server.result?.output ?? null;
  const dropped = output?.droppedBytes ?? 0;
  const notes = [
    ...(dropped > 0 ? [words.gone(dropped)] : []),
    ...(output?.lossy === true ? [words.lossy(output.charset)] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="notice mixed">
          <Shape tone="mixed" /> <span>{note}</span>
        </p>
      ))}
      {server.refusal !== null && <Refusal server={server} refusal={server.refusal} />}
      {server.refusal === null && (output === null || output.text === "") && (
        <p class="blank">{nothingOf(server, words)}</p>
      )}
    </>
  );
}

/** An output that there is, and that does not come. */
function Refusal({ server, refusal }: { readonly server: ServerOutput; readonly refusal: GraphQLFailure }) {
  const words = useWords().output;
  const isTooLarge = refusal.code === "LIMIT_EXCEEDED";
  return (
    <div class="blank" role="alert">
      <p>{isTooLarge ? words.tooLarge : refusal.code === "FORBIDDEN" ? words.forbidden : refusal.message}</p>
      {isTooLarge && (
        <button type="button" onClick={() => void saveExport(server)}>
          {words.download}
        </button>
      )}
    </div>
  );
}

/** States of an instance on which the command was never executed. */
const NEVER_RAN: ReadonlySet<string> = new Set(["ERROR", "INVALID", "CANCELLED"]);

function nothingOf(server: ServerOutput, words: ReturnType<typeof useWords>["output"]): string {
  if (!server.isFinal) return words.nothingYet;
  return server.startTime === null || NEVER_RAN.has(server.status) ? words.noOutput : words.nothing;
}
