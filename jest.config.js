/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  // These say that they have sources, which they do not bring along.
  moduleNameMapper: {
    "^@urql/(core|exchange-graphcache)$": "<rootDir>/node_modules/@urql/$1/dist/urql-$1.js",
    "^@urql/exchange-graphcache/extras$":
      "<rootDir>/node_modules/@urql/exchange-graphcache/dist/urql-exchange-graphcache-extras.js",
    "^@0no-co/graphql.web$": "<rootDir>/node_modules/@0no-co/graphql.web/dist/graphql.web.js",
    "^wonka$": "<rootDir>/node_modules/wonka/dist/wonka.js",
  },
  testMatch: ["<rootDir>/test/**/*.test.ts"],
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
