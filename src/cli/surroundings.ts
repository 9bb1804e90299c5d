/** Where the command writes: standard output or standard error. */
export interface Screen {
  write(content: string | Uint8Array): void;
  /** True if a person looks on; false in a pipe or a file. */
  readonly isTerminal: boolean;
  /** Width of the terminal; null if there is none, or nobody knows. */
  readonly columns: number | null;
}

/** Everything the command touches besides the gateway, so that tests can bring their own. */
export interface Surroundings {
  /** Environment variables: `CLOUD_ASSISTANT_URL`, `CLOUD_ASSISTANT_TOKEN` and `NO_COLOR` count. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Screen;
  readonly errors: Screen;
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Opens an address in the browser. False if there is none. */
  openBrowser(url: string): Promise<boolean>;
  /** Version of the package. */
  readonly version: string;
}
