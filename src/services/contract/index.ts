/** What the services promise, and the shapes in which they answer. */
export type * from "./pages.ts";
export type * from "./questions.ts";
export type * from "./services.ts";
export type * from "./statistics.ts";
