// The walls of the house: an import looks only further along the road, or to `domain`. Each rule is a sentence.
const road = ["edge", "graph", "loaders", "services", "sync", "upstreams", "wire"];

const lookingBack = road.map((room, index) => ({
  name: `${room} looks only further along the road`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    path: `^src/(${[...road.slice(0, index), "app\\.ts", "main\\.ts", "config", "collecting", "origin\\.ts", "emulator", "client", "cli"].join("|")})`,
  },
}));

const rooms = [...road, "store", "access", "domain", "emulator", "config", "collecting"];
const doors = rooms.map((room) => ({
  name: `${room} is entered through its index.ts only`,
  severity: "error",
  from: { path: "^(src|bench|scripts)/", pathNot: `^src/${room}/` },
  to: {
    path: `^src/${room}/`,
    pathNot: room === "upstreams" ? "^src/upstreams/((ecs|swas)/)?index\\.ts$" : `^src/${room}/index\\.ts$`,
  },
}));

// Along the road inside the edge: each sees those behind it.
const edgeRoad = ["mcp", "explorers", "live", "execution", "documents", "admission", "http", "errors", "telemetry"];

const lookingBackInEdge = edgeRoad.slice(1).map((folder, index) => ({
  name: `edge/${folder} looks only further along the road inside the edge`,
  severity: "error",
  from: { path: `^src/edge/${folder}/` },
  to: { path: `^src/edge/(${edgeRoad.slice(0, index + 1).join("|")})/` },
}));

const onlyIn = (name, packagePath, rooms) => ({
  name,
  severity: "error",
  from: { path: "^src/", pathNot: rooms },
  to: { path: `(^|node_modules/)${packagePath}(/|$)` },
});

// The page is one room whose folders sort its files; `generated` is what a generator writes.
const WITHOUT_DOORS = "^src/(page|client)/";

module.exports = {
  forbidden: [
    ...lookingBack,
    ...doors,
    ...lookingBackInEdge,
    {
      name: "a room enters its inner rooms through their index.ts only",
      severity: "error",
      from: { path: "^src/([^/]+)/[^/]+$", pathNot: WITHOUT_DOORS },
      to: { path: "^src/$1/[^/]+/", pathNot: "^src/[^/]+/[^/]+/index\\.ts$" },
    },
    {
      name: "inner rooms enter each other through their index.ts only",
      severity: "error",
      from: { path: "^src/([^/]+)/([^/]+)/", pathNot: WITHOUT_DOORS },
      to: { path: "^src/$1/[^/]+/", pathNot: "^src/$1/($2/|[^/]+/index\\.ts$)" },
    },
    {
      name: "no folder imports its parent",
      severity: "error",
      from: { path: "^(src/.+)/[^/]+/[^/]+$" },
      to: { path: "^$1/[^/]+$" },
    },
    {
      name: "no circle of folders",
      severity: "error",
      scope: "folder",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "domain looks nowhere",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { pathNot: "^src/domain/" },
    },
    {
      name: "store looks at domain only",
      severity: "error",
      from: { path: "^src/store/" },
      to: { path: "^src/", pathNot: "^src/(store|domain)/" },
    },
    {
      name: "only services and sync see the store",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(store|services|sync)/|^src/(app|keeper|account-owners)\\.ts" },
      to: { path: "^src/store/" },
    },
    {
      name: "access looks at domain only",
      severity: "error",
      from: { path: "^src/access/" },
      to: { path: "^src/", pathNot: "^src/(access|domain)/" },
    },
    {
      name: "only edge, graph and services look at access",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: "^src/(access/|edge/|graph/|services/|app\\.ts|main\\.ts|config/)",
      },
      to: { path: "^src/access/" },
    },
    {
      name: "the emulator knows nothing of the gateway",
      severity: "error",
      from: { path: "^src/emulator/" },
      to: { path: "^src/", pathNot: "^src/emulator/" },
    },
    {
      name: "only origin.ts and main.ts see the emulator",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(emulator/|origin\\.ts|main\\.ts)" },
      to: { path: "^src/emulator/" },
    },
    {
      name: "client and cli are guests",
      severity: "error",
      from: { path: "^src/(client|cli)/" },
      to: { path: "^src/", pathNot: "^src/(client|cli)/" },
    },
    {
      name: "page speaks only through client",
      severity: "error",
      from: { path: "^src/page/" },
      to: { pathNot: "^(src/page/|src/client/|schema/subscriptions/|node_modules/(preact|oauth4webapi)/)" },
    },
    {
      name: "nobody imports page",
      severity: "error",
      from: { path: "^(src|bench|scripts)/", pathNot: "^src/page/" },
      to: { path: "^src/page/" },
    },
    {
      name: "ecs and swas are strangers",
      severity: "error",
      from: { path: "^src/upstreams/ecs/" },
      to: { path: "^src/upstreams/swas/" },
    },
    {
      name: "swas and ecs are strangers",
      severity: "error",
      from: { path: "^src/upstreams/swas/" },
      to: { path: "^src/upstreams/ecs/" },
    },
    {
      name: "only config/products.ts names an adapter",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(config/products\\.ts|upstreams/(ecs|swas)/)" },
      to: { path: "^src/upstreams/(ecs|swas)/" },
    },
    onlyIn("only access imports jose", "jose", "^src/access/"),
    onlyIn("only access imports re2js", "re2js", "^src/access/"),
    onlyIn("only page imports oauth4webapi", "oauth4webapi", "^src/page/"),
    onlyIn("only wire imports got", "got", "^src/wire/"),
    onlyIn("only wire imports @alicloud/credentials", "@alicloud/credentials", "^src/wire/"),
    onlyIn("only wire imports hpagent", "hpagent", "^src/wire/"),
    onlyIn("only wire imports proxy-from-env", "proxy-from-env", "^src/wire/"),
    onlyIn("only edge imports @apollo/server", "@apollo/server", "^src/edge/"),
    onlyIn("only graph imports type-graphql", "type-graphql", "^src/graph/"),
    onlyIn("only loaders imports dataloader", "dataloader", "^src/loaders/"),
    onlyIn("only store imports pg", "(@types/)?pg", "^src/store/"),
    onlyIn("only store imports kysely", "kysely", "^src/store/"),
    onlyIn("only store imports @electric-sql/pglite", "@electric-sql/pglite", "^src/store/"),
    {
      name: "no circle of imports, types included",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "every import can be resolved",
      severity: "error",
      from: { path: "^(src|test|bench|scripts)/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      mainFields: ["module", "main", "types", "typings"],
      conditionNames: ["source", "import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".cjs", ".mjs", ".json"],
    },
  },
};
