import { existsSync, readFileSync } from "node:fs";

// What people see needs a browser, which no package brings along. Where none is installed these files are no part of the suite, and the
// checks say so at their end; CI installs one and cannot do without.
const browsers = JSON.parse(readFileSync(new URL("test/clients/browsers.json", import.meta.url), "utf8"));
const hasBrowser = browsers.some((place) => existsSync(place)) || (process.env.CI ?? "") !== "";

// A PostgreSQL server is part of the suite if it is named; CI names one.
const hasServer = (process.env.TEST_DATABASE_URL ?? "") !== "";

/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  // Their sources, which they say they have, are not there or not to be run.
  moduleNameMapper: {
    "^@urql/(core|exchange-graphcache)$": "<rootDir>/node_modules/@urql/$1/dist/urql-$1.js",
    "^@urql/exchange-graphcache/extras$":
      "<rootDir>/node_modules/@urql/exchange-graphcache/dist/urql-exchange-graphcache-extras.js",
    "^eventsource-parser/stream$": "<rootDir>/node_modules/eventsource-parser/dist/stream.js",
    "^eventsource-parser$": "<rootDir>/node_modules/eventsource-parser/dist/index.js",
    "^@0no-co/graphql.web$": "<rootDir>/node_modules/@0no-co/graphql.web/dist/graphql.web.js",
    "^wonka$": "<rootDir>/node_modules/wonka/dist/wonka.js",
  },
  testMatch: [
    "<rootDir>/test/**/*.test.ts",
    ...(hasBrowser ? ["<rootDir>/test/**/*.browser.ts"] : []),
    ...(hasServer ? ["<rootDir>/test/**/*.postgres.ts"] : []),
  ],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
        },
        module: { type: "es6" },
      },
    ],
  },
  testTimeout: 60_000,
  maxWorkers: "100%",
};
