/** What the environment and the files that it names say: read once, checked, and refused with every fault at once. */

export { type AccountSettings, regionsOf } from "./accounts.ts";
export { type Config, readConfig, readEmulatorConfig, SettingsError } from "./config.ts";
export { describeSettings } from "./description.ts";
export { describeMisspelt } from "./misspelt.ts";
export { PRODUCTS } from "./products.ts";
