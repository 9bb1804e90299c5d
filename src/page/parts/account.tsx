import type { ViewerQuery } from "cloud-assistant-gateway/client";
import { useState } from "preact/hooks";
import { signOut } from "../sign-in/session.ts";
import { useSession } from "../sign-in/use-session.ts";
import { useAsk } from "../state/ask.ts";
import { gateway } from "../state/gateway.ts";
import { useWords } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";

type Viewer = NonNullable<ViewerQuery["viewer"]>;

const readViewer = async (signal: AbortSignal): Promise<Viewer | null> => (await gateway.viewer({}, {}, signal)).viewer;

/** Who asks, as the gateway knows them: their roles, and the way out. Nothing while nobody is known. */
export function Account() {
  const words = useWords().signIn;
  const { token } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const { data: viewer } = useAsk(readViewer, [token === null]);
  if (viewer === null && token === null) return null;
  const name = viewer?.name ?? words.nobody;
  return (
    <>
      <button type="button" class="quiet account" title={words.who} onClick={() => setIsOpen(true)}>
        <bdi>{name}</bdi>
      </button>
      {isOpen && (
        <Dialog title={words.who} onClose={() => setIsOpen(false)}>
          <div class="who">
            <p>
              <b>
                <bdi>{name}</bdi>
              </b>
            </p>
            {viewer !== null && <Rights viewer={viewer} />}
            {token !== null && (
              <button type="button" onClick={() => void signOut()}>
                {words.out}
              </button>
            )}
          </div>
        </Dialog>
      )}
    </>
  );
}

function Rights({ viewer }: { readonly viewer: Viewer }) {
  const words = useWords().signIn;
  return (
    <dl class="facts">
      <div>
        <dt>{words.roles}</dt>
        <dd>
          <bdi>{viewer.roles.join(", ")}</bdi>
        </dd>
      </div>
      <div>
        <dt>{words.may}</dt>
        <dd>{viewer.may.map((right) => words.rights[right]).join(", ")}</dd>
      </div>
    </dl>
  );
}
