import { useSession } from "../sign-in/use-session.ts";
import { describeFailure, isAboutIdentity } from "../state/describe-failure.ts";
import { useWords } from "../words/words.ts";
import { SignIn } from "./sign-in.tsx";
import { Shape } from "./status.tsx";

/** Why something could not be read, in a sentence, and a way on. */
export function Failure({ error, again }: { readonly error: unknown; readonly again: () => void }) {
  const words = useWords();
  const { token } = useSession();
  const described = describeFailure(error);
  const { kind, said } = described;
  const isIdentity = isAboutIdentity(described);
  return (
    <div class={`failure ${isIdentity ? "identity" : ""}`} role="alert">
      <p>
        {!isIdentity && <Shape tone="bad" />}
        <strong>{kind === "REFUSED" && token !== null ? words.signIn.ended : words.failure[kind]}</strong>
      </p>
      {said !== null && !isIdentity && (
        <p class="said" lang="en">
          {said}
        </p>
      )}
      {isIdentity ? <SignIn again={again} /> : <WayOn kind={kind} again={again} />}
    </div>
  );
}

function WayOn({ kind, again }: { readonly kind: string; readonly again: () => void }) {
  const words = useWords();
  const needsReload = kind === "VERSION_MISMATCH" || kind === "UNEXPECTED";
  return (
    <p class="ways">
      {kind === "BAD_ID" ? (
        <a href="/">{words.toRuns}</a>
      ) : (
        <button type="button" onClick={needsReload ? () => location.reload() : again}>
          {needsReload ? words.failure.reload : words.retry}
        </button>
      )}
    </p>
  );
}
