/** What is replaced before anything is stored, searched or answered. */
export type RedactionRule =
  /** Every match of a pattern, in outputs, command texts and values of parameters. */
  | { readonly pattern: string; readonly replaceWith: string }
  /** The whole value of every parameter with such a name (`*` and `?`), upper and lower case alike. */
  | { readonly parameter: string; readonly replaceWith: string };

/** What stands for a secret if a rule says nothing else. */
export const DEFAULT_REPLACEMENT = "[redacted]";
