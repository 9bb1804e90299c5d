import { existsSync, readFileSync } from "node:fs";

// What people see needs a browser, which no package brings along. Where none is installed these files are no part of the suite, and the
// checks say so at their end; CI installs one and cannot do without.
const browsers = JSON.parse(readFileSync(new URL("test/clients/browsers.json", import.meta.url), "utf8"));
const hasBrowser = browsers.some((place) => existsSync(place)) || (process.env.CI ?? "") !== "";

// A PostgreSQL server is part of the suite if it is named; CI names one.
const hasServer = (process.env.TEST_DATABASE_URL ?? "") !== "";

/** @type {import("jest").Config} */
export default {
  // Each worker is a bare Node.js process that loads a module once for all of its files: half the time of a context a file.
  runner: "<rootDir>/test/jest/runner.mjs",
  setupFilesAfterEnv: ["<rootDir>/test/jest/set-up.mjs"],
  // The map of files, which no test needs, takes a second over all of the project.
  roots: ["<rootDir>/test"],
  testMatch: [
    "<rootDir>/test/**/*.test.ts",
    ...(hasBrowser ? ["<rootDir>/test/**/*.browser.ts"] : []),
    ...(hasServer ? ["<rootDir>/test/**/*.postgres.ts"] : []),
  ],
  maxWorkers: 2,
};
