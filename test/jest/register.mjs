import { register } from "node:module";

register("./resolve.mjs", import.meta.url);

// The runner answers all workers when the first one asks for its settings, and never those that ask later: they keep the answer.
let answer = null;
const send = process.send?.bind(process);
if (send !== undefined) {
  process.on("message", (message) => {
    if (message?.type === "jest-light-runner-worker-data") answer = message;
  });
  process.send = (message, ...rest) => {
    if (message !== "jest-light-runner-get-worker-data" || answer === null) return send(message, ...rest);
    process.nextTick(() => process.emit("message", answer));
    return true;
  };
}
