import { InputError, type TagQuery } from "#domain";

/** The vendor's rules for labels (ECS DescribeInvocations, `Tag.N`); characters are counted as code points. */
const MAX_TAGS = 20;
const MAX_KEY_LENGTH = 64;
const MAX_VALUE_LENGTH = 128;
const RESERVED = /^(aliyun|acs:)/i;

/**
 * Refuses labels that the upstream would refuse, so that a wrong request costs no call and is told by its argument.
 * @throws InputError `BAD_USER_INPUT`
 */
export function checkTags(tags: readonly TagQuery[]): void {
  if (tags.length > MAX_TAGS) throw refuse("tags", `at most ${MAX_TAGS} labels`, String(tags.length));
  for (const [index, { key, value = "" }] of tags.entries()) {
    const place = `tags[${index}]`;
    if (key.trim() === "") throw refuse(`${place}.key`, "a text", "a blank one");
    checkLength(`${place}.key`, key, MAX_KEY_LENGTH);
    checkLength(`${place}.value`, value, MAX_VALUE_LENGTH);
    if (RESERVED.test(key)) throw refuse(`${place}.key`, "no key that begins with aliyun or acs:", JSON.stringify(key));
    if (tags.findIndex((tag) => tag.key === key) < index) {
      throw refuse(`${place}.key`, "each key once", `${JSON.stringify(key)} again`);
    }
  }
}

function checkLength(place: string, text: string, max: number): void {
  const length = [...text].length;
  if (length > max) throw refuse(place, `at most ${max} characters`, String(length));
}

function refuse(place: string, expected: string, got: string): InputError {
  return new InputError("BAD_USER_INPUT", `\`filter.${place}\`: expected ${expected}, got ${got}.`, "filter");
}
