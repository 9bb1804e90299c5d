import type { EdgeAccess } from "./admission/index.ts";
import { contentTypeOf, corsHeaders, type Route, send, sendText } from "./http/index.ts";

/** After a change of the access file a client may try with the old answer for so long. */
const MAX_AGE_SECONDS = 60;

/** GET /sign-in: where people can sign in, for clients that have no credential yet. Tells nothing else of the access file. */
export function createSignInRoute(
  { corsOrigins }: { readonly corsOrigins: readonly string[] },
  { signIn }: EdgeAccess,
): Route {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      await sendText(response, 405, "Use GET.", { allow: "GET, HEAD" });
      return;
    }
    const headers = {
      "content-type": contentTypeOf("application/json"),
      "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
      ...corsHeaders(request, corsOrigins),
    };
    await send(response, 200, headers, `${JSON.stringify({ issuers: signIn() })}\n`);
  };
}
