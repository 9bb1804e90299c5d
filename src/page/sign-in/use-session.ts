import { useEffect, useState } from "preact/hooks";
import { currentSession, onSessionChange, type Session } from "./session.ts";

/** The session of this tab, as it changes. */
export function useSession(): Session {
  const [session, setSession] = useState(currentSession);
  useEffect(() => {
    // Between the first drawing and now somebody may have arrived.
    setSession(currentSession());
    return onSessionChange(() => setSession(currentSession()));
  }, []);
  return session;
}
