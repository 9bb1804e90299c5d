import { type AccountSettings, type Config, SettingsError } from "#config";
import { createEmulator, createFaults, type EmulatorOptions } from "#emulator";

/** Where everything is read from: Alibaba Cloud with the accounts of the settings, or an embedded emulator with one of its own. */
export interface Origin {
  readonly accounts: readonly AccountSettings[];
  readonly endpoints: Config["endpoints"];
  /** Ends the emulator. */
  stop(): Promise<void>;
}

/**
 * Starts the emulator if the settings want it.
 * @throws SettingsError as {@link toEmulatorOptions} does
 */
export async function openOrigin({ upstream, accounts, endpoints, emulator: settings }: Config): Promise<Origin> {
  if (upstream === "alibaba") return { accounts, endpoints, stop: async () => {} };
  const emulator = createEmulator(toEmulatorOptions(settings));
  const { url } = await emulator.start();
  const { accessKeyId = "", accessKeySecret = "" } = emulator.keys()[0] ?? {};
  const { ecsRegions = ["all"], swasRegions = ["all"] } = accounts[0] ?? {};
  return {
    accounts: [
      {
        alias: "default",
        credentials: { type: "static", accessKeyId, accessKeySecret, securityToken: null },
        ecsRegions,
        swasRegions,
      },
    ],
    endpoints: { ECS: url, SWAS: url },
    stop: () => emulator.stop(),
  };
}

/**
 * What an emulator is told by the settings.
 * @throws SettingsError if its faults cannot be read
 */
export function toEmulatorOptions({ seed, faults, keyPair }: Config["emulator"]): EmulatorOptions {
  return {
    seed,
    layers: faults === null ? [] : [readFaults(faults, seed)],
    ...(keyPair === null ? {} : { keys: () => [keyPair] }),
  };
}

function readFaults(text: string, seed: number | undefined): ReturnType<typeof createFaults> {
  try {
    return createFaults(text, seed);
  } catch (error) {
    throw new SettingsError([`EMULATOR_FAULTS: ${error instanceof Error ? error.message : "cannot be read"}`]);
  }
}
