/**
 * What live lists and questions may cost. Prints a line for each promise and fails if one is broken. PARTS=crowd,deploy
 * leaves some out; PROFILE names a folder for profiles of the gateway.
 */
import { measureCrowd } from "./watchers/crowd.ts";
import { measureDeploy } from "./watchers/deploy.ts";
import { createVerdicts } from "./watchers/verdict.ts";

const parts = { crowd: measureCrowd, deploy: measureDeploy };
const wanted = (process.env.PARTS ?? Object.keys(parts).join(",")).split(",");
const verdicts = createVerdicts();
for (const [name, measure] of Object.entries(parts)) if (wanted.includes(name)) await measure(verdicts);
process.exit(verdicts.areAllKept ? 0 : 1);
