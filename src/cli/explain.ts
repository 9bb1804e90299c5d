import { GatewayError } from "../client/index.ts";
import type { CredentialOrigin } from "./credential.ts";
import { notKnown } from "./find.ts";
import type { Gateway } from "./gateway.ts";
import { CommandError } from "./terminal/index.ts";

/** Puts a failure of the gateway in the words of this command. @param run what the person named as the run; empty for nothing */
export async function explainFailure(error: unknown, gateway: Gateway, run: string): Promise<unknown> {
  // The client takes whatever fetch throws for a failure on the way.
  const trouble = gateway.trouble();
  if (trouble !== null) return trouble;
  if (!(error instanceof GatewayError)) return error;
  const isNoId = error.failures.some(
    ({ code, extensions }) => code === "BAD_USER_INPUT" && extensions.argument === "id",
  );
  if (isNoId && run !== "") return notKnown(run);
  if (error.kind !== "REFUSED") return error;
  const { origin, pathname } = new URL(gateway.url);
  return explainRefusal(`${origin}${pathname}`, error, (await gateway.credential())?.origin ?? null);
}

/** A call that was refused as such, with what to do. */
export function explainRefusal(
  address: string,
  { httpStatus, failures }: Pick<GatewayError, "httpStatus" | "failures">,
  origin: CredentialOrigin | null,
): CommandError {
  if (httpStatus !== 401) {
    const [first] = failures;
    return new CommandError(`${address} refused the call (${httpStatus}). ${first?.message ?? "It does not say why."}`);
  }
  if (origin === null) {
    return new CommandError(
      `${address} wants a credential (401): sign in by 'cloud-assistant login', or give --token or CLOUD_ASSISTANT_TOKEN.`,
    );
  }
  const isSignIn = origin === "sign-in";
  const remedy = isSignIn ? "sign in again by 'cloud-assistant login'" : "it may be wrong, or have ended";
  return new CommandError(`${address} refused ${isSignIn ? "the sign-in" : origin} (401): ${remedy}.`);
}
