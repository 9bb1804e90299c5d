import type { ReadFrom as Record } from "#domain";
import { DateTime } from "./scalars.ts";
import { always, declareShape } from "./value.ts";

/** Which answer of the upstream told what is shown. */
export const ReadFrom = declareShape<Record>(
  "ReadFrom",
  "Which answer of the upstream told what is shown. Later answers that told the same do not count.",
  {
    requestId: always(String, "The upstream's id of the request; its support asks for it."),
    asOf: always(DateTime, "When the answer came."),
  },
);
