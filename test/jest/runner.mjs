import { createRunner } from "jest-light-runner";

/**
 * Workers that begin at once. The runner has one channel for all: it answers every worker once the first one asks for its settings, and one
 * that is not yet ready to hear waits and waits.
 */
export default class Runner extends createRunner({ runtime: "child_process" }) {
  _runTest(test) {
    const { config } = test.context;
    const runner = this._testRunners.get(config);
    // Nobody else uses the channel of the first file.
    if (runner === undefined) return super._runTest(test);
    const workerData = { globalConfig: this._globalConfig, projectConfig: config, runtime: this._runtime };
    return runner.pool.run(test.path, { channel: createChannel(workerData) });
  }
}

function createChannel(workerData) {
  let tell = null;
  return {
    onMessage(listener) {
      tell = listener;
    },
    postMessage(message) {
      if (message === "jest-light-runner-get-worker-data") tell({ type: "jest-light-runner-worker-data", workerData });
    },
  };
}
