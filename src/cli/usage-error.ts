/** A message of commander, and the same in the one form of messages that people read. */
const FORMS: readonly (readonly [pattern: RegExp, form: string])[] = [
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. Expected (.*)\.$/s,
    '`$1`: expected $3, got "$2".',
  ],
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
    '`$1`: expected one of $3, got "$2".',
  ],
  [/^option '(?:-\w, )?(--[\w-]+)[^']*' argument missing$/, "`$1`: expected a value, it is missing."],
  [/^missing required argument '(.*)'$/, "`<$1>`: expected a value, it is missing."],
  [/^unknown command '(.*)'(?:\n\(Did you mean (.*)\?\))?$/s, '`<command>`: expected one that --help lists, got "$1".'],
  [/^unknown option '(.*)'$/s, "`$1`: expected an option that --help lists, got this one."],
  [/^unknown option '(.*)'\n\(Did you mean (.*)\?\)$/s, "`$1`: expected an option that --help lists; is `$2` meant?"],
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' cannot be used with option '(?:-\w, )?(--[\w-]+).*'$/s,
    "`$1`: expected without `$2`, got both.",
  ],
  [
    /^too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+)(?:: .*)?\.$/s,
    "`<arguments>`: expected $2, got $3.",
  ],
];

/** What is wrong with the words of a command. */
export function toUsageError(text: string): string {
  const message = text.replace(/^error: /, "").trim();
  for (const [pattern, form] of FORMS) if (pattern.test(message)) return message.replace(pattern, form);
  return message;
}
