import type * as Vendor from "@alicloud/credentials";
import { watchHttp } from "./credential-failure.ts";
import type { CredentialHttp } from "./credential-http.ts";
import type { Credential, CredentialSettings, CredentialSource } from "./keys/index.ts";

/** A provider of `@alicloud/credentials`, as far as it is used. */
export interface Provider {
  getCredentials(): Promise<{
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
  }>;
  getProviderName(): string;
}

/**
 * A source over a provider of `@alicloud/credentials`, which renews temporary keys 15 minutes before they expire. The package is
 * loaded when the first keys are needed; its requests go through `http`.
 */
export function createProvidedCredentials(settings: CredentialSettings, http: CredentialHttp): CredentialSource {
  let provider: Promise<Provider> | null = null;
  const watched = watchHttp(http);
  // The default chain tries what is not there on most machines: that one of its requests failed says nothing.
  const networks = { http: watched.http, ofChain: http };
  const read = async () => {
    provider ??= load().then((vendor) => createProvider(vendor, settings, networks));
    watched.forget();
    try {
      return toCredential(await (await provider).getCredentials());
    } catch (error) {
      // The default chain keeps to the provider that it tried last, even if that one failed: only a new one asks all of them again.
      provider = null;
      throw watched.explain() ?? error;
    }
  };
  const renew = () => {
    provider = null;
    return read();
  };
  return { kind: settings.type, read, renew };
}

async function load(): Promise<typeof Vendor> {
  const loaded = await import("@alicloud/credentials");
  // A CommonJS module: its exports arrive wrapped or bare, depending on who loads it.
  const wrapped: unknown = loaded.default;
  return isModule(wrapped) ? wrapped : loaded;
}

function isModule(value: unknown): value is typeof Vendor {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "DefaultCredentialsProvider" in value
  );
}

interface Networks {
  readonly http: CredentialHttp;
  /** For the vendor's default chain. */
  readonly ofChain: CredentialHttp;
}

function createProvider(vendor: typeof Vendor, settings: CredentialSettings, networks: Networks): Provider {
  const provider = chooseProvider(vendor, settings, networks);
  return equip(provider, settings.type === "default" ? networks.ofChain : networks.http);
}

function chooseProvider(vendor: typeof Vendor, settings: CredentialSettings, networks: Networks): Provider {
  switch (settings.type) {
    case "static":
      return toProvider(settings);
    case "default":
      return vendor.DefaultCredentialsProvider.builder().build();
    case "profile":
      return createProfileProvider(vendor, settings.name, networks.http);
    case "ram_role_arn":
      return createRoleProvider(vendor, settings, networks);
    case "oidc":
      return createOidcProvider(vendor, settings);
    case "ecs_ram_role":
      return vendor.ECSRAMRoleCredentialsProvider.builder()
        .withRoleName(settings.roleName ?? "")
        .withDisableIMDSv1(settings.disableImdsV1)
        .build();
    case "uri":
      return vendor.URICredentialsProvider.builder().withCredentialsURI(settings.uri).build();
  }
}

type SettingsOf<Type extends CredentialSettings["type"]> = Extract<CredentialSettings, { readonly type: Type }>;

function createRoleProvider(vendor: typeof Vendor, settings: SettingsOf<"ram_role_arn">, networks: Networks): Provider {
  return vendor.RAMRoleARNCredentialsProvider.builder()
    .withCredentialsProvider(createProvider(vendor, settings.source, networks) as never)
    .withRoleArn(settings.roleArn)
    .withRoleSessionName(settings.roleSessionName)
    .withExternalId(settings.externalId ?? "")
    .withPolicy(settings.policy ?? "")
    .withDurationSeconds(settings.durationSeconds)
    .withStsEndpoint(settings.stsEndpoint ?? "")
    .build();
}

function createOidcProvider(vendor: typeof Vendor, settings: SettingsOf<"oidc">): Provider {
  return vendor.OIDCRoleArnCredentialsProvider.builder()
    .withRoleArn(settings.roleArn)
    .withOIDCProviderArn(settings.oidcProviderArn)
    .withOIDCTokenFilePath(settings.oidcTokenFile)
    .withRoleSessionName(settings.roleSessionName)
    .withPolicy(settings.policy ?? "")
    .withDurationSeconds(settings.durationSeconds)
    .withStsEndpoint(settings.stsEndpoint ?? "")
    .build();
}

/** The profile of the CLI, or else of the shared file; the error of the last one if neither has it. */
function createProfileProvider(vendor: typeof Vendor, name: string, http: CredentialHttp): Provider {
  const makers = [vendor.CLIProfileCredentialsProvider, vendor.ProfileCredentialsProvider];
  let found: Provider | null = null;
  return {
    getProviderName: () => "profile",
    async getCredentials() {
      if (found !== null) return found.getCredentials();
      let failure: unknown;
      for (const maker of makers) {
        try {
          const candidate = equip(maker.builder().withProfileName(name).build(), http);
          const keys = await candidate.getCredentials();
          found = candidate;
          return keys;
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    },
  };
}

function toProvider(credential: Credential): Provider {
  const { accessKeyId, accessKeySecret, securityToken } = credential;
  const keys = { accessKeyId, accessKeySecret, ...(securityToken !== null && { securityToken }) };
  const name = securityToken === null ? "static_ak" : "static_sts";
  return { getCredentials: async () => keys, getProviderName: () => name };
}

/** What of a provider can be replaced: its own requests, and the providers that it is made of or makes later. */
interface Parts {
  doRequest?: CredentialHttp;
  readonly providers?: readonly Provider[];
  getCredentialsProvider?: (...given: readonly unknown[]) => Provider;
}

/** Lets a provider and all its parts send through `http`: without that it obeys no proxy and reads answers without a limit. */
function equip(provider: Provider, http: CredentialHttp): Provider {
  const parts: Parts = provider as Parts & Provider;
  if (parts.doRequest !== undefined) parts.doRequest = http;
  for (const part of parts.providers ?? []) equip(part, http);
  const makePart = parts.getCredentialsProvider?.bind(provider);
  if (makePart !== undefined) parts.getCredentialsProvider = (...given) => equip(makePart(...given), http);
  return provider;
}

function toCredential(keys: Awaited<ReturnType<Provider["getCredentials"]>>): Credential {
  if (!keys.accessKeyId || !keys.accessKeySecret) throw new Error("The credential source has no key pair");
  return {
    accessKeyId: keys.accessKeyId,
    accessKeySecret: keys.accessKeySecret,
    securityToken: keys.securityToken || null,
  };
}
