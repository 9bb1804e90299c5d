import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type Provider from "oidc-provider";

/** A complete OpenID Connect provider on loopback, where people sign in with a form. */
export interface TestProvider {
  readonly url: string;
  /** Signs in by the code flow with PKCE, as a browser would, and returns the access token. */
  signIn(account: string): Promise<string>;
  /** Enters the code of a device, as a browser would, and signs in there. */
  approve(userCode: string, account: string): Promise<void>;
  /** Goes on with a new key under the same address. */
  rotate(): Promise<void>;
  /** Lets a page of this origin sign people in, in a browser. */
  admit(origin: string): void;
  stop(): Promise<void>;
}

const REDIRECT = "http://127.0.0.1/back";
export const AUDIENCE = "https://gateway.example";

/** What an account's tokens say under `groups`, by account. */
type Groups = Readonly<Record<string, readonly string[]>>;

/** How the provider differs from the usual one. */
interface ProviderOptions {
  /** How long access tokens live. */
  readonly tokenSeconds?: number;
  /** Whether clients get refresh tokens. */
  readonly refreshes?: boolean;
}

/** Starts it; `groups` names its accounts. */
export async function startProvider(groups: Groups, options: ProviderOptions = {}): Promise<TestProvider> {
  // Not before the test has silenced what the package says while it is loaded.
  const { default: OidcProvider } = await import("oidc-provider");
  let handle: ReturnType<Provider["callback"]> = () => {};
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let origins: readonly string[] = [];
  let key = await createSigningKey();
  const configure = (): void => {
    handle = new OidcProvider(url, toConfiguration(groups, key, origins, options)).callback();
  };
  configure();
  return {
    url,
    async rotate() {
      key = await createSigningKey();
      configure();
    },
    admit(origin) {
      origins = [...origins, origin];
      configure();
    },
    signIn: (account) => signIn(url, account),
    approve: (userCode, account) => approve(url, userCode, account),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function createSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), use: "sig", alg: "ES256" };
}

function toConfiguration(groups: Groups, key: JWK, origins: readonly string[], options: ProviderOptions): object {
  return {
    jwks: { keys: [key] },
    cookies: { keys: ["test"] },
    clients: [
      {
        client_id: "page",
        redirect_uris: [REDIRECT, ...origins.map((origin) => `${origin}/`)],
        post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: "cli",
        redirect_uris: [],
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        response_types: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    clientBasedCORS: (_: unknown, origin: string) => origins.includes(origin),
    issueRefreshToken: (_: unknown, _client: unknown, { scopes }: { readonly scopes: ReadonlySet<string> }) =>
      options.refreshes === true || scopes.has("offline_access"),
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: (_: unknown, token: { accountId?: string }) => ({
      groups: groups[token.accountId ?? ""] ?? [],
      preferred_username: token.accountId,
    }),
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "openid",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          accessTokenTTL: options.tokenSeconds ?? 3600,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}

async function signIn(issuer: string, account: string): Promise<string> {
  const verifier = randomBytes(32).toString("base64url");
  const browser = createBrowser();
  const query = new URLSearchParams({
    client_id: "page",
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid",
    resource: AUDIENCE,
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  const login = await browser.follow(`${issuer}/auth?${query}`);
  const consent = await browser.submit(login, { prompt: "login", login: account, password: "any" });
  const back = await browser.submit(consent, { prompt: "consent" });
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "page",
      redirect_uri: REDIRECT,
      code: new URL(back).searchParams.get("code") ?? "",
      code_verifier: verifier,
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

async function approve(issuer: string, userCode: string, account: string): Promise<void> {
  const browser = createBrowser();
  const form = await browser.read(`${issuer}/device`);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1] ?? "";
  const login = await browser.submit(`${issuer}/device`, { xsrf, user_code: userCode, confirm: "yes" });
  const consent = await browser.submit(login, { prompt: "login", login: account, password: "any" });
  await browser.submit(consent, { prompt: "consent" });
}

/** Keeps cookies and follows redirects, until a page with a form or the client's address is reached. */
function createBrowser() {
  const cookies = new Map<string, string>();
  let text = "";
  const send = async (url: string, init: RequestInit = {}): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    text = await response.text();
    const location = response.headers.get("location");
    if (location === null) return url;
    const next = new URL(location, url).toString();
    return next.startsWith(REDIRECT) ? next : send(next);
  };
  return {
    follow: (url: string) => send(url),
    async read(url: string) {
      await send(url);
      return text;
    },
    submit: (url: string, form: Record<string, string>) =>
      send(url, { method: "POST", body: new URLSearchParams(form) }),
  };
}
