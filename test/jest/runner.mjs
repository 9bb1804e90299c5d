import { createRunner } from "jest-light-runner";

/** Two workers that begin at once: the runner answers both when one asks for its settings, and a later one waits for ever. */
export default class Runner extends createRunner({ runtime: "child_process" }) {
  first = null;

  /** The second worker begins once the first one has done a file. */
  async _runTest(test) {
    if (this.first === null) {
      this.first = super._runTest(test);
      return this.first;
    }
    await this.first.catch(() => {});
    return super._runTest(test);
  }
}
