/** Where the command writes: standard output or standard error. */
export interface Screen {
  write(content: string | Uint8Array): void;
  /** Resolves once what was written is taken, so that a long text does not pile up. */
  drained(): Promise<void>;
  /** True if a person looks on; false in a pipe or a file. */
  readonly isTerminal: boolean;
  /** Width of the terminal; null if there is none, or nobody knows. */
  readonly columns: number | null;
}

/** Everything the command touches besides the gateway, so that tests can bring their own. */
export interface Surroundings {
  /** Environment variables: `CLOUD_ASSISTANT_URL`, `CLOUD_ASSISTANT_TOKEN`, `NO_COLOR` and `XDG_CONFIG_HOME` count. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Screen;
  readonly errors: Screen;
  /** The user's own folder. */
  readonly homeFolder: string;
  /** True if a person can be asked something. */
  readonly canAsk: boolean;
  /** Asks on standard error; null if the person ends the input. */
  ask(question: string): Promise<string | null>;
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Aborts after so much time, for what may never answer. */
  expire(ms: number): AbortSignal;
  /** Opens an address in the browser. False if there is none. */
  openBrowser(url: string): Promise<boolean>;
  /** Version of the package. */
  readonly version: string;
}

/** Tells people something that is no result. */
export function tell({ surroundings }: { readonly surroundings: Surroundings }, message: string): void {
  surroundings.errors.write(`cloud-assistant: ${message}\n`);
}
