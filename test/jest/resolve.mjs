// Tests run on what is written, not on what was built, and find Jest's functions where types say that they are.
const GLOBALS = new URL("./globals.mjs", import.meta.url).href;

export function resolve(specifier, context, next) {
  if (specifier === "@jest/globals") return { url: GLOBALS, shortCircuit: true };
  if (!specifier.startsWith("#")) return next(specifier, context);
  return next(specifier, { ...context, conditions: ["source", ...context.conditions] });
}
