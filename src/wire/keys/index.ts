/** The keys of the accounts, read once for all calls. */
export {
  type Credential,
  type CredentialSettings,
  type CredentialSource,
  createStaticCredentials,
  isSameCredential,
} from "./credentials.ts";
export { createKeyring, type Keyring } from "./keyring.ts";
export { CredentialSourceError, readErrorCode, readVendorCode } from "./source-error.ts";
