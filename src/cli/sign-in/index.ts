/** Signing in at an issuer of the gateway, and the tokens that come of it. Knows no questions. */
export { readFreshToken } from "./fresh-token.ts";
export { type LoginOptions, login, logout } from "./login.ts";
export { openSignInFile } from "./sign-in-file.ts";
