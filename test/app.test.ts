import { describe, expect, it } from "@jest/globals";
import { toEmulatorOptions } from "#app";
import { SettingsError } from "#config";

describe("toEmulatorOptions", () => {
  it("refuses faults that cannot be read as a wrong setting, so that the process ends with 2", () => {
    const read = () => toEmulatorOptions({ seed: 1, faults: "latency:soon", keyPair: null });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(
      new SettingsError([
        'EMULATOR_FAULTS: the fault "latency:soon" cannot be read: expected a product (ecs, swas), an action, a region, a share from 0.0 to 1.0 or a whole number',
      ]),
    );
  });
});
