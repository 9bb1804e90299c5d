import { CommandError, EXIT_CODES, type Surroundings, tell, toLine } from "../terminal/index.ts";
import { describeOAuthError, type IssuerEndpoints, isSafe, type Members, post, toOAuthError } from "./oauth.ts";

/** Who signs in where, and for what. */
export interface DeviceFlowOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  /** Scopes; `openid`, and `offline_access` if the issuer knows it, unless given. */
  readonly scope: string | undefined;
}

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const INTERVAL_SECONDS = 5;
const EXPIRES_SECONDS = 600;

/**
 * Signs a person in by a browser that may be on another device (RFC 8628), and resolves to the members of the token endpoint's answer.
 * @throws CommandError if the person refuses, or the code ends first
 */
export async function signInByDevice(
  surroundings: Surroundings,
  endpoints: IssuerEndpoints,
  options: DeviceFlowOptions,
): Promise<Members> {
  const { issuer, clientId } = options;
  if (endpoints.deviceAuthorization === null) {
    throw new CommandError(`${toLine(issuer)} does not offer the device flow (RFC 8628). Use --token instead.`);
  }
  const begun = await post(endpoints.deviceAuthorization, { client_id: clientId, ...toForm(endpoints, options) });
  if (begun.status !== 200) throw refused(issuer, begun);
  const { device_code: deviceCode } = begun.members;
  if (typeof deviceCode !== "string") throw refused(issuer, begun);
  await show(surroundings, issuer, begun.members);
  return poll(surroundings, endpoints.token, {
    issuer,
    form: { grant_type: GRANT, device_code: deviceCode, client_id: clientId },
    intervalMs: readSeconds(begun.members.interval, INTERVAL_SECONDS),
    endsAt: surroundings.now() + readSeconds(begun.members.expires_in, EXPIRES_SECONDS),
  });
}

function toForm({ hasOfflineAccess }: IssuerEndpoints, { audience, scope }: DeviceFlowOptions) {
  return {
    scope: scope ?? (hasOfflineAccess ? "openid offline_access" : "openid"),
    audience,
    // RFC 8707 knows absolute URIs only, and some issuers refuse anything else.
    ...(/^https?:/.test(audience) && { resource: audience }),
  };
}

async function show(surroundings: Surroundings, issuer: string, members: Members): Promise<void> {
  const { verification_uri: plain, verification_uri_complete: complete, user_code: code } = members;
  if (typeof plain !== "string" || typeof code !== "string" || !isSafe(plain)) {
    throw new CommandError(`${toLine(issuer)} does not say where its code is to be entered.`);
  }
  tell({ surroundings }, `open ${toLine(plain)} and enter the code ${toLine(code)}`);
  const url = typeof complete === "string" && isSafe(complete) ? complete : plain;
  if (surroundings.output.isTerminal) await surroundings.openBrowser(new URL(url).href);
}

interface Polling {
  readonly issuer: string;
  readonly form: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

async function poll(surroundings: Surroundings, url: string, { issuer, form, endsAt, ...polling }: Polling) {
  let { intervalMs } = polling;
  while (surroundings.now() < endsAt) {
    await surroundings.sleep(intervalMs);
    const answer = await post(url, form).catch(() => null);
    if (answer?.status === 200) return answer.members;
    const isAnswer = answer !== null && answer.status < 500;
    const { error } = isAnswer ? toOAuthError(answer) : { error: "slow_down" };
    // RFC 8628, section 3.5: five seconds more from now on, and likewise after an answer that did not come.
    if (error === "slow_down") intervalMs += 5_000;
    else if (error === "expired_token") break;
    else if (isAnswer && error !== "authorization_pending") throw refused(issuer, answer);
  }
  throw new CommandError(
    "Nobody entered the code in time. Begin again by 'cloud-assistant login'.",
    EXIT_CODES.timeout,
  );
}

function refused(issuer: string, answer: { status: number; members: Members }): CommandError {
  const error = toOAuthError(answer);
  const why = error.error === "access_denied" ? "the sign-in was refused there" : describeOAuthError(error);
  return new CommandError(`${toLine(issuer)}: ${why}.`);
}

function readSeconds(value: unknown, otherwise: number): number {
  return (typeof value === "number" && value > 0 ? value : otherwise) * 1000;
}
