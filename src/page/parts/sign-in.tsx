import { useState } from "preact/hooks";
import { leaveForIssuer } from "../sign-in/code-flow.ts";
import { SignInError } from "../sign-in/failure.ts";
import { nameOf, readIssuers, type SignInIssuer } from "../sign-in/issuers.ts";
import { enterToken } from "../sign-in/session.ts";
import { useSession } from "../sign-in/use-session.ts";
import { useAsk } from "../state/ask.ts";
import { useWords } from "../words/words.ts";
import { Shape } from "./status.tsx";

/** The ways in: each issuer that the gateway knows, and a token or key for those who have one. `again` asks what was refused. */
export function SignIn({ again }: { readonly again: () => void }) {
  const words = useWords().signIn;
  const { failure } = useSession();
  const asked = useAsk(readIssuers, []);
  const [fault, setFault] = useState<SignInError | null>(null);
  if (asked.isLoading) return <p class="muted">{words.looking}</p>;
  const issuers = asked.data ?? [];
  const shown = fault ?? failure;
  return (
    <>
      {shown !== null && <SignInFailure failure={shown} />}
      {issuers.map((issuer) => (
        <IssuerButton key={`${issuer.issuer} ${issuer.clientId}`} issuer={issuer} all={issuers} onFault={setFault} />
      ))}
      <details open={issuers.length === 0}>
        <summary>{words.byToken}</summary>
        <TokenForm again={again} />
      </details>
    </>
  );
}

function SignInFailure({ failure: { kind, said } }: { readonly failure: SignInError }) {
  const words = useWords().signIn;
  return (
    <p class="notice bad" role="alert">
      <Shape tone="bad" />
      <span>
        {words.failure[kind]}
        {said !== null && (
          <bdi class="said" lang="en">
            {said}
          </bdi>
        )}
      </span>
    </p>
  );
}

function IssuerButton(props: {
  readonly issuer: SignInIssuer;
  readonly all: readonly SignInIssuer[];
  readonly onFault: (fault: SignInError | null) => void;
}) {
  const words = useWords().signIn;
  const { issuer, onFault } = props;
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = (): void => {
    setIsLeaving(true);
    onFault(null);
    const { pathname, search, hash } = location;
    leaveForIssuer(issuer, `${pathname}${search}${hash}`).catch((error: unknown) => {
      setIsLeaving(false);
      onFault(error instanceof SignInError ? error : new SignInError("BROKEN", String(error)));
    });
  };
  const name = nameOf(issuer, props.all);
  return (
    <button type="button" class="primary" disabled={isLeaving} onClick={leave}>
      {isLeaving ? words.leaving(name) : words.at(name)}
    </button>
  );
}

function TokenForm({ again }: { readonly again: () => void }) {
  const words = useWords().signIn;
  const [text, setText] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    enterToken(text.trim());
    again();
  };
  return (
    <form class="token" onSubmit={submit}>
      <label>
        {words.token}
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">{words.enter}</button>
      <p class="muted">{words.tokenHelp}</p>
    </form>
  );
}
