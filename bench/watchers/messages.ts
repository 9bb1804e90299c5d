/** What the clients' process is told and tells. */

/** One operation that a socket subscribes to. */
export interface Subscribed {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** So many sockets from so many addresses, with these operations on each. */
export interface Opening {
  readonly kind: "open";
  readonly url: string;
  readonly sockets: number;
  readonly addresses: number;
  /** None for a server that sends of its own accord. */
  readonly operations: readonly Subscribed[];
  /** Each operation is waited for until a message of it holds one of these; without any, for its first message. */
  readonly marks?: readonly string[];
  /** Sockets that are not read once their operations have begun. */
  readonly isSlow?: boolean;
}

/** What is told to the clients. */
export type Told =
  | Opening
  /** Counts messages that hold one of these texts, one text an operation. */
  | { readonly kind: "expect"; readonly marks: readonly string[]; readonly count: number }
  /** Cuts every connection at once. */
  | { readonly kind: "cut" };

/** What the clients found; times are epoch milliseconds. */
export interface Found {
  /** When each expected message came. */
  readonly times: readonly number[];
  /** The last message of each operation of one socket. */
  readonly texts: readonly string[];
  /** Connections that the server closed. */
  readonly closed: number;
  /** Refusals and other messages that nobody expected; the first few. */
  readonly problems: readonly string[];
}
