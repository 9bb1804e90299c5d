import { useState } from "preact/hooks";
import { describeFailure } from "../state/describe-failure.ts";
import { keepToken, readToken } from "../state/gateway.ts";
import { useWords } from "../words/words.ts";
import { Shape } from "./status.tsx";

/** Why something could not be read, in a sentence, and a way on. */
export function Failure({ error, again }: { readonly error: unknown; readonly again: () => void }) {
  const words = useWords();
  const { kind, said } = describeFailure(error);
  return (
    <div class="failure" role="alert">
      <p>
        <Shape tone="bad" />
        <strong>{words.failure[kind]}</strong>
      </p>
      {said !== null && (
        <p class="said" lang="en">
          {said}
        </p>
      )}
      {kind === "REFUSED" || kind === "FORBIDDEN" ? <TokenForm again={again} /> : <WayOn kind={kind} again={again} />}
    </div>
  );
}

function WayOn({ kind, again }: { readonly kind: string; readonly again: () => void }) {
  const words = useWords();
  const needsReload = kind === "VERSION_MISMATCH" || kind === "UNEXPECTED";
  return (
    <p class="ways">
      <button type="button" onClick={needsReload ? () => location.reload() : again}>
        {needsReload ? words.failure.reload : words.retry}
      </button>
      {kind === "BAD_ID" && <a href="/">{words.toRuns}</a>}
    </p>
  );
}

function TokenForm({ again }: { readonly again: () => void }) {
  const { token } = useWords();
  const [text, setText] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    keepToken(text.trim());
    again();
  };
  const forget = (): void => {
    keepToken(null);
    // What the token let the reader see goes with it.
    location.reload();
  };
  return (
    <form class="token" onSubmit={submit}>
      <label>
        {token.label}
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">{token.enter}</button>
      {readToken() !== null && (
        <button type="button" onClick={forget}>
          {token.forget}
        </button>
      )}
      <p class="muted">{token.help}</p>
    </form>
  );
}
