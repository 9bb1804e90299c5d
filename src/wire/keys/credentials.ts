/** What a request is signed with. */
export interface Credential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Of temporary keys (STS); null for lasting ones. */
  readonly securityToken: string | null;
}

/**
 * Where the keys of one account come from. Both methods reject if there are none: with a `CredentialSourceError` that says why, or with
 * anything else, which is never shown.
 */
export interface CredentialSource {
  /** For people. */
  readonly kind?: CredentialSettings["type"];
  /** The present keys; temporary ones are renewed before they expire. */
  read(): Promise<Credential>;
  /** Forgets what was read and reads anew: the upstream refused the present keys. */
  renew(): Promise<Credential>;
}

/** What a credential source is told; the words are those of `@alicloud/credentials`. */
export type CredentialSettings =
  | ({ readonly type: "static" } & Credential)
  /** The vendor's default chain: environment, OIDC, CLI profile, shared file, instance role, URI. */
  | { readonly type: "default" }
  /** A profile of the vendor's CLI (`~/.aliyun/config.json`), or else of the shared file (`~/.alibabacloud/credentials`). */
  | { readonly type: "profile"; readonly name: string }
  /** A role that the keys of another source assume. */
  | {
      readonly type: "ram_role_arn";
      readonly roleArn: string;
      readonly roleSessionName: string;
      readonly externalId: string | null;
      /** JSON text that narrows the role's rights. */
      readonly policy: string | null;
      readonly durationSeconds: number;
      /** Host of the STS endpoint; null for the vendor's. */
      readonly stsEndpoint: string | null;
      readonly source: CredentialSettings;
    }
  /** A role that a token file stands for, such as the one of a Kubernetes service account (RRSA). */
  | {
      readonly type: "oidc";
      readonly roleArn: string;
      readonly oidcProviderArn: string;
      readonly oidcTokenFile: string;
      readonly roleSessionName: string;
      readonly policy: string | null;
      readonly durationSeconds: number;
      readonly stsEndpoint: string | null;
    }
  /** The role of the instance that the gateway runs on; null asks the metadata service for its name. */
  | { readonly type: "ecs_ram_role"; readonly roleName: string | null; readonly disableImdsV1: boolean }
  | { readonly type: "uri"; readonly uri: string };

/** Keys that never change. */
export function createStaticCredentials(credential: Credential): CredentialSource {
  return { read: async () => credential, renew: async () => credential };
}

/** True if both would make the same signature. */
export function isSameCredential(left: Credential, right: Credential): boolean {
  return (
    left.accessKeyId === right.accessKeyId &&
    left.accessKeySecret === right.accessKeySecret &&
    left.securityToken === right.securityToken
  );
}
