import type { Socket } from "node:net";
import type { Clock } from "#domain";

/**
 * How old what still moves may be in an answer, on whatever transport. Requests that overlap in time may share it, as if they
 * had asked together. One that comes when no other is under way comes after an answer, and gets nothing that was read before
 * that answer; only a crowd, of which some overlapped, stays together for a moment longer.
 */
export interface Freshness {
  /** A connection was accepted. */
  noteConnection(socket: Socket): void;
  /**
   * a request came; time (`Clock.elapsed`) of the oldest reading that may serve it. `socket` is the connection that it was made on,
   * null for a message on one that had carried others before: nobody waits at the door for those.
   */
  begin(socket: Socket | null): number;
  /** Its answer is about to be sent. */
  end(): void;
  /** An event is about to be sent to a client that asked for it long ago: an answer too, to which no request belongs. */
  noteEvent(): void;
}

interface Connection {
  /** Answers sent before the client was at the door. */
  readonly answersBefore: number;
  readonly acceptedAt: number;
  isUsed: boolean;
}

// A crowd does not come all at once: who comes soon after others that overlapped belongs to them.
const CROWD_MS = 250;
// Whoever comes in the very next turns of the event loop was on the way before the answer was out.
const TURNS = 2;

function afterTurns(turns: number, done: () => void): void {
  setImmediate(() => (turns <= 1 ? done() : afterTurns(turns - 1, done)));
}

/** Starts as if nothing had been answered yet. */
export function createFreshness(clock: Clock): Freshness {
  const connections = new WeakMap<Socket, Connection>();
  let underWay = 0;
  let answerCount = 0;
  let justAnswered = 0;
  let lastAnswerAt = Number.NEGATIVE_INFINITY;
  let lastEventAt = Number.NEGATIVE_INFINITY;
  let freshAfter = Number.NEGATIVE_INFINITY;
  let mostUnderWay = 0;

  const isCrowd = () => mostUnderWay > 1 && clock.elapsed() - lastAnswerAt <= CROWD_MS;

  // Clients that came at once are still at the door when the first of them has its answer; who has only kept a connection is not.
  function wasWaiting(socket: Socket | null): boolean {
    const connection = socket === null ? undefined : connections.get(socket);
    if (connection === undefined || connection.isUsed) return false;
    connection.isUsed = true;
    return connection.answersBefore < answerCount && clock.elapsed() - connection.acceptedAt <= CROWD_MS;
  }

  return {
    noteConnection(socket) {
      const answersBefore = answerCount - justAnswered;
      connections.set(socket, { answersBefore, acceptedAt: clock.elapsed(), isUsed: false });
    },
    begin(socket) {
      const isLate = wasWaiting(socket);
      // What was read in the very millisecond of the last answer may be what was answered.
      if (underWay === 0 && justAnswered === 0 && !isLate && !isCrowd()) {
        freshAfter = Math.max(lastAnswerAt, lastEventAt) + 1;
        mostUnderWay = 0;
      }
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      return freshAfter;
    },
    end() {
      underWay -= 1;
      lastAnswerAt = clock.elapsed();
      answerCount += 1;
      justAnswered += 1;
      afterTurns(TURNS, () => {
        justAnswered -= 1;
      });
    },
    noteEvent() {
      lastEventAt = clock.elapsed();
    },
  };
}
