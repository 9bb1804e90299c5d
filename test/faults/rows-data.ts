import type { Fault, Quirk } from "../support/emulator/index.ts";
import type { RigOptions } from "./rig.ts";
import { answered, type FaultSection } from "./row.ts";

const ecs = (fault: Fault): RigOptions => ({ faults: [{ product: "ecs", fault }] });
const json = (value: unknown): RigOptions => ecs({ kind: "answer", body: JSON.stringify(value) });
const REQUEST_ID = "0F1E2D3C-4B5A-4968-8776-655443322110";
const quirks = (...all: Quirk[]): RigOptions => ({ quirks: all });

const bad = (says: string) => answered("BAD_RESPONSE", says, null, 200);
const unreadable = (why: string) => bad(`the answer ${why}, request id ID`);
const everyRow = { list: null, one: null, calls: [1, 0] } as const;
const twice = (says: string) => ({ list: bad(says), one: bad(says), calls: [1, 1] }) as const;

/** What is wrong with answers that came whole. */
export const DATA: FaultSection = {
  title: "Data",
  rows: [
    {
      fault: "JSON with typographic quotation marks",
      options: ecs({ kind: "malformed" }),
      list: unreadable("was neither whole JSON nor XML"),
      one: unreadable("was neither whole JSON nor XML"),
      calls: [1, 1],
    },
    {
      fault: "JSON that was cut off",
      options: ecs({ kind: "truncated" }),
      list: unreadable("was neither whole JSON nor XML"),
      one: unreadable("was neither whole JSON nor XML"),
      calls: [1, 1],
    },
    {
      fault: "200 without a body",
      options: ecs({ kind: "empty" }),
      list: unreadable("was empty"),
      one: unreadable("was empty"),
      calls: [1, 1],
    },
    {
      fault: "JSON that is no object",
      options: json([1, 2]),
      list: unreadable("was no object"),
      one: unreadable("was no object"),
      calls: [1, 1],
    },
    { fault: "XML though JSON was asked for", options: quirks("xml"), ...everyRow },
    { fault: "a byte order mark in front", options: ecs({ kind: "bom" }), ...everyRow },
    { fault: "gzip though it was not asked for", options: ecs({ kind: "gzip" }), ...everyRow },
    { fault: "JSON as `text/plain`", options: ecs({ kind: "content-type", value: "text/plain" }), ...everyRow },
    {
      fault: "a number for the list",
      options: json({ Invocations: 7, TotalCount: 1, RequestId: REQUEST_ID }),
      ...twice("Invocations is neither a list nor an object"),
    },
    {
      fault: "records that are none",
      options: json({ Invocations: { Invocation: [5, "x"] }, TotalCount: 2, RequestId: REQUEST_ID }),
      ...twice("no record of Invocations can be read"),
    },
    {
      fault: "something else than a list",
      options: json({ RequestId: REQUEST_ID, Result: "ok" }),
      ...twice("the answer holds no Invocations"),
    },
    {
      fault: "numbers and flags as text, unknown members",
      options: quirks("numbers-as-text", "flags-as-text", "unknown-members"),
      ...everyRow,
    },
  ],
};
