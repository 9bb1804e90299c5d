/** What a request is signed with. */
export interface Credential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Of temporary keys (STS); null for lasting ones. */
  readonly securityToken: string | null;
}

/** Where the keys of one account come from. Both methods reject where there are none; what they reject with is never shown. */
export interface CredentialSource {
  /** The present keys; temporary ones are renewed before they expire. */
  read(): Promise<Credential>;
  /** Forgets what was read and reads anew: the upstream refused the present keys. */
  renew(): Promise<Credential>;
}

/** Keys that never change. */
export function createStaticCredentials(credential: Credential): CredentialSource {
  return { read: async () => credential, renew: async () => credential };
}

/**
 * The vendor's default chain by `@alicloud/credentials`: environment, OIDC, CLI profile, shared file, instance role, URI.
 * The package is loaded when the first keys are needed; it renews temporary keys 15 minutes before they expire.
 */
export function createDefaultCredentials(): CredentialSource {
  let chain: Promise<Chain> | null = null;
  const read = async () => {
    chain ??= createChain();
    try {
      return toCredential(await (await chain).getCredential());
    } catch (error) {
      // The chain keeps to the provider that it tried last, even where that one failed: only a new one asks all of them again.
      chain = null;
      throw error;
    }
  };
  const renew = () => {
    chain = null;
    return read();
  };
  return { read, renew };
}

interface Chain {
  getCredential(): Promise<{
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
  }>;
}

async function createChain(): Promise<Chain> {
  const { default: imported } = await import("@alicloud/credentials");
  // A CommonJS module: its default export arrives wrapped or bare, depending on who loads it.
  const Chain = "default" in imported ? (imported as { default: new () => Chain }).default : imported;
  return new (Chain as new () => Chain)();
}

function toCredential(model: Awaited<ReturnType<Chain["getCredential"]>>): Credential {
  if (!model.accessKeyId || !model.accessKeySecret) throw new Error("The credential chain gave no key pair");
  return {
    accessKeyId: model.accessKeyId,
    accessKeySecret: model.accessKeySecret,
    securityToken: model.securityToken || null,
  };
}
