import type { Fault } from "../support/emulator/index.ts";
import type { RigOptions } from "./rig.ts";
import { answered, type FaultSection, unanswered } from "./row.ts";

const ecs = (fault: Fault, limits: { readonly times?: number } = {}): RigOptions => ({
  faults: [{ product: "ecs", ...limits, fault }],
});
const status = (code: number, form: "html" | "empty", headers: Record<string, string> = {}): Fault => ({
  kind: "error",
  code: "None",
  status: code,
  form,
  headers,
});

const down = (httpStatus: number) =>
  answered("UNAVAILABLE", `the service is not available (HTTP ${httpStatus})`, null, httpStatus, true);
const tooMany = answered("THROTTLED", "too many requests (HTTP 429)", null, 429, true);
const tooLarge = unanswered("BAD_RESPONSE", "the answer was larger than the 16777216 bytes allowed");
const unreadable = (what: string) => answered("BAD_RESPONSE", `the answer ${what}, request id ID`, null, 200);

/** What a load balancer, a proxy or a wrong address answers. */
export const HTTP: FaultSection = {
  title: "HTTP",
  rows: [
    {
      fault: "429 with `Retry-After: 60`",
      options: ecs(status(429, "empty", { "retry-after": "60" })),
      list: tooMany,
      one: {
        ...tooMany,
        says: "too many requests, as the upstream said a moment ago",
        httpStatus: null,
        hasId: false,
      },
      calls: [1, 0],
      remark: "not asked again before the time that it named",
    },
    {
      fault: "429 with `Retry-After: 1`, once",
      options: ecs(status(429, "empty", { "retry-after": "1" }), { times: 1 }),
      list: null,
      one: null,
      calls: [2, 0],
      remark: "waits for the time that it named",
    },
    { fault: "502 with a web page", options: ecs(status(502, "html")), list: down(502), one: down(502), calls: [4, 1] },
    {
      fault: "502 with a web page, once",
      options: ecs(status(502, "html"), { times: 1 }),
      list: null,
      one: null,
      calls: [2, 0],
    },
    { fault: "503 without a body", options: ecs(status(503, "empty")), list: down(503), one: down(503), calls: [4, 1] },
    { fault: "504 with a web page", options: ecs(status(504, "html")), list: down(504), one: down(504), calls: [4, 1] },
    {
      fault: "redirect",
      options: ecs({ kind: "redirect", location: "http://127.0.0.1:9/" }),
      list: answered(
        "BAD_RESPONSE",
        "the answer was a redirect, which is not followed (HTTP 302); check the endpoint",
        null,
        302,
      ),
      one: answered(
        "BAD_RESPONSE",
        "the answer was a redirect, which is not followed (HTTP 302); check the endpoint",
        null,
        302,
      ),
      calls: [1, 1],
    },
    {
      fault: "403 with a web page",
      options: ecs(status(403, "html")),
      list: answered("FORBIDDEN", "the request was refused (HTTP 403)", null, 403),
      one: answered("FORBIDDEN", "the request was refused (HTTP 403)", null, 403),
      calls: [1, 1],
    },
    {
      fault: "200 with a web page",
      options: ecs(status(200, "html")),
      list: unreadable("was a web page"),
      one: unreadable("was a web page"),
      calls: [1, 1],
    },
    {
      fault: "gzip bomb of 40 MB",
      options: ecs({ kind: "gzip-bomb", bytes: 40_000_000 }),
      list: tooLarge,
      one: tooLarge,
      calls: [4, 1],
      remark: "inflating stops at 16 MiB; asked for 50, 13, 4 and 1 runs",
    },
    {
      fault: "endless body",
      options: ecs({ kind: "endless", bytes: 1_000_000_000 }),
      list: tooLarge,
      one: tooLarge,
      calls: [4, 1],
      remark: "reading stops at 16 MiB; asked for 50, 13, 4 and 1 runs",
    },
  ],
};
