// Runs every bench over what was built, one after the other; each prints its figures as ratios within its own run.
// Names may be given: `npm run bench -- http decode`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const benches = readdirSync("bench")
  .filter((file) => file.endsWith(".bench.ts"))
  .filter((file) => wanted.length === 0 || wanted.includes(file.replace(".bench.ts", "")))
  .sort();

let failed = 0;
for (const file of benches) {
  console.log(`\n== ${file.replace(".bench.ts", "")}`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", join("bench", file)], {
    stdio: "inherit",
  });
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
