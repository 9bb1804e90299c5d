// Jest's runner here sets them as globals; its own package of them works in no other one.
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } = globalThis;
