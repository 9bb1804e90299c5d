import type { Client } from "./clients.ts";

/** A client that is told by its address until it is known who asks: the operation's time runs from its first byte. */
export interface LateClient extends Client {
  become(client: Client): void;
}

/** Begins as `address`. */
export function createLateClient(address: Client): LateClient {
  let current = address;
  return {
    get name() {
      return current.name;
    },
    become(client) {
      current = client;
    },
    spendCall: () => current.spendCall(),
    spendForeignId: () => current.spendForeignId(),
    watch: () => current.watch(),
    hold: (held) => current.hold(held),
    receive: (bytes) => current.receive(bytes),
    received: (bytes) => current.received(bytes),
    hand: (bytes) => current.hand(bytes),
    turn: (asker) => current.turn(asker),
    pass: () => current.pass(),
    next: () => current.next(),
    arrive: (isHeavy) => current.arrive(isHeavy),
    enter: (values, asker) => current.enter(values, asker),
    remainingCalls: () => current.remainingCalls?.() ?? null,
  };
}
