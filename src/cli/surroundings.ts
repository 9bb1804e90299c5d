/** Where the command writes: standard output or standard error. */
export interface Screen {
  write(content: string | Uint8Array): void;
  /** True where a person looks on; false in a pipe or a file. */
  readonly isTerminal: boolean;
}

/** Everything the command touches besides the gateway, so that tests can bring their own. */
export interface Surroundings {
  /** Environment variables: `CLOUD_ASSISTANT_URL` and `NO_COLOR` count. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Screen;
  readonly errors: Screen;
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Version of the package. */
  readonly version: string;
}
