import { describe, expect, it } from "@jest/globals";
import { readSchedule } from "#domain";

describe("a frequency", () => {
  it.each([
    ["0 */20 * * * *", { kind: "CRON", expression: "0 */20 * * * *", timeZone: null }],
    ["0 */20 * * * ?", { kind: "CRON", expression: "0 */20 * * * ?", timeZone: null }],
    ["0 0 3 ? * MON-FRI 2026", { kind: "CRON", expression: "0 0 3 ? * MON-FRI 2026", timeZone: null }],
    ["0 0 3 * * ? Asia/Shanghai", { kind: "CRON", expression: "0 0 3 * * ?", timeZone: "Asia/Shanghai" }],
    ["0 0 3 * * ? 2026-2030 GMT+8:00", { kind: "CRON", expression: "0 0 3 * * ? 2026-2030", timeZone: "GMT+8:00" }],
    ["rate(5m)", { kind: "RATE", expression: "5m", timeZone: null }],
    ["at(2026-06-06 13:15:30)", { kind: "AT", expression: "2026-06-06 13:15:30", timeZone: null }],
    [
      "at(2026-06-06 13:15:30 Asia/Shanghai)",
      { kind: "AT", expression: "2026-06-06 13:15:30", timeZone: "Asia/Shanghai" },
    ],
    ["whenever", { kind: "UNKNOWN", expression: "whenever", timeZone: null }],
    [" ", null],
    [null, null],
  ])("%j is read", (frequency, schedule) => {
    expect(readSchedule(frequency)).toEqual(schedule);
  });
});
