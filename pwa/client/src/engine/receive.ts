/** Phase: the answer of the server, from its stream into a staged generation that nobody sees yet. */

import { readAnswer } from "../protocol/answer";
import { ClientError } from "../protocol/errors";
import type { ReplaceMessage, UnchangedMessage } from "../protocol/messages";
import type { Store, StoredDefinition } from "../store/store";

export interface Received {
  /** Version of the definition that explains the rows. */
  version: string;
  /** Present when it is another than the device's. */
  definition: StoredDefinition | null;
  generation: number;
  entities: (ReplaceMessage | UnchangedMessage)[];
}

export interface Receiving {
  store: Pick<Store, "stage">;
  generation: number;
  /** Key of the user for whom the answer must be. */
  user: string;
  progress(done: number, total: number): void;
}

/** Resolves only when the answer was read to its end, and every segment of it is stored. */
export async function receive(body: ReadableStream<Uint8Array>, receiving: Receiving): Promise<Received> {
  const { store, generation, progress } = receiving;
  const received: Received = { version: "", definition: null, generation, entities: [] };
  const seen = new Set<string>();
  let current = "";
  let done = 0;
  let total = 0;
  for await (const message of readAnswer(body)) {
    if (message.type === "start") {
      if (message.user !== receiving.user) throw new ClientError("wrong_user");
      received.version = message.definition;
      total = message.rows;
    } else if (message.type === "definition") {
      received.definition = { version: message.version, definition: message.definition };
    } else if (message.type === "entity") {
      if (seen.has(message.entity)) throw new ClientError("corrupt_response", `${message.entity} comes twice`);
      current = message.entity;
      seen.add(current);
      received.entities.push(message);
    } else {
      const { first, last, rows, text } = message;
      await store.stage(current, generation, message.number, { first, last, rows, text });
      done += rows;
    }
    progress(done, total);
  }
  if (done !== total) throw new ClientError("corrupt_response", `${done} rows where ${total} were announced`);
  return received;
}
