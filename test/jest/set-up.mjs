// What the runner does not do: it has no time limits, and a test that hangs must fail; nor does it end workers that hold on to something.
import { addEventHandler } from "jest-circus";

process.once("disconnect", () => process.exit());

// On a machine that others keep busy a test of half a minute takes two.
const LIMIT_MS = 180_000;

addEventHandler((event, state) => {
  if (event.name === "add_test") limit(state.currentDescribeBlock.children.at(-1), event.timeout);
  if (event.name === "add_hook") limit(state.currentDescribeBlock.hooks.at(-1), event.timeout);
});

function limit(entry, ms = LIMIT_MS) {
  const { fn } = entry;
  entry.fn = async () => {
    let timer;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`Not done within ${ms} ms.`)), ms);
    });
    try {
      await Promise.race([fn(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
