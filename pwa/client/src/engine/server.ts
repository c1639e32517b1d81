/** The sync API of one app, as the engine uses it: sessions, tokens, and what each call carries. */

import type { Definition, User } from "../api";
import { asHaversackError, ClientError, isUnreachable, needsSignIn, ServerError } from "../protocol/errors";
import {
  type Call,
  contentType,
  type Fetch,
  request,
  requestJson,
  type Speaker,
  speakerHeaders,
} from "../protocol/http";
import type { PartMessage, Session, SyncRequest } from "../protocol/messages";
import type { PendingSignOut, StoredFile } from "../store/store";

/** Where a wanted file is to be had. */
export interface FileSource {
  name: string;
  entity: string;
  attribute: string;
  key: string | number;
  picture: boolean;
  /** Of a picture; without it the file comes as it is. */
  size?: "small" | "large";
}

export class Server {
  private session: Session | null = null;
  /** The first answer: it brings a browser that is new here the cookie to which tokens belong. */
  private first: Promise<unknown> | null = null;
  /** The app's settings as the last session told them. */
  settings: Definition["settings"];

  constructor(
    private readonly fetch: Fetch,
    /** Address of the app's sync API, with a slash at the end. */
    private readonly base: string,
    /** Called after every request: whether it proved that the server can be reached. */
    private readonly reached: (online: boolean) => void,
  ) {}

  /** Whose session the browser holds. Asked once, unless `fresh`. */
  async currentSession(signal: AbortSignal, fresh = false): Promise<Session> {
    // Asked twice at once, a server gives two cookies, and the token of one answer does not go with that of the other.
    if (this.first !== null) await this.first;
    if (this.session === null || fresh) {
      const asked = this.json<Session>("session/", { signal });
      this.first ??= asked.catch(() => {
        this.first = null;
      });
      this.remember(await asked);
    }
    return this.session as Session;
  }

  /** Somebody may have signed in or out in another tab: whose session it is has to be asked again. */
  forgetSession(): void {
    this.session = null;
  }

  /** @throws ServerError `invalid_credentials`, `throttled`. */
  async signIn(username: string, password: string, signal: AbortSignal): Promise<User> {
    const body = { username, password };
    const session = await this.withToken(signal, (headers) =>
      this.json<Session>("session/", { method: "POST", headers, body, signal }),
    );
    this.remember(session);
    if (session.user === null) throw new ClientError("sign_in_required");
    return session.user;
  }

  /** Ends the session of this person; nothing to do when it is not theirs any more. */
  async signOut({ user, replica }: PendingSignOut, signal: AbortSignal): Promise<void> {
    const { user: holder } = await this.currentSession(signal, true);
    if (holder?.key !== user) return;
    try {
      this.session = await this.withToken(signal, (token) => {
        const headers = { ...speakerHeaders({ user, replica, definition: null }), ...token };
        return this.json<Session>("session/", { method: "DELETE", headers, signal });
      });
    } catch (error) {
      this.session = null;
      if (!(error instanceof ServerError) || error.code !== "wrong_user") throw error;
    }
  }

  /**
   * Asks for a sync. The session is looked at first, so that nothing is said on behalf of somebody else (S2).
   *
   * @param leaving: called when the request itself leaves; what is thrown before has reached nobody.
   * @throws ClientError `sign_in_required`, `wrong_user`; ServerError.
   */
  async sync(
    body: SyncRequest,
    speaker: Speaker,
    signal: AbortSignal,
    leaving: () => void,
  ): Promise<ReadableStream<Uint8Array>> {
    try {
      await this.requireSessionOf(speaker.user, signal);
      const response = await this.withToken(signal, (token) => {
        const headers = { ...speakerHeaders(speaker), ...token };
        leaving();
        return this.call("", { method: "POST", headers, body, signal, accept: "application/x-ndjson" });
      });
      if (response.body === null) throw new ClientError("incomplete_response");
      return response.body;
    } catch (error) {
      // Whoever is signed in may have changed: look again next time.
      this.session = null;
      throw error;
    }
  }

  /**
   * Has an action performed, once: only a call that was refused for its token is made again.
   *
   * @throws ClientError `sign_in_required`, `wrong_user`; ServerError.
   */
  async act(name: string, input: object, speaker: Speaker, signal: AbortSignal): Promise<unknown> {
    try {
      await this.requireSessionOf(speaker.user, signal);
      const { output } = await this.withToken(signal, (token) => {
        const headers = { ...speakerHeaders(speaker), ...token };
        const path = `actions/${encodeURIComponent(name)}/`;
        return this.json<{ output: unknown }>(path, { method: "POST", headers, body: { input }, signal });
      });
      return output;
    } catch (error) {
      if (needsSignIn(asHaversackError(error))) this.session = null;
      throw error;
    }
  }

  /** Downloads a file; calls back for each chunk: on a slow line one picture may take longer than any limit. */
  async file(source: FileSource, speaker: Speaker, signal: AbortSignal, received: () => void): Promise<StoredFile> {
    const query = new URLSearchParams({ key: String(source.key), name: source.name });
    if (source.size !== undefined) query.set("size", source.size);
    const path = `files/${encodeURIComponent(source.entity)}/${encodeURIComponent(source.attribute)}/?${query}`;
    const response = await this.call(path, { headers: speakerHeaders(speaker), signal, accept: null });
    const etag = response.headers.get("ETag");
    // The page of a captive portal must not become somebody's picture.
    if (etag === null || (source.picture && contentType(response) === "text/html")) {
      throw new ClientError("not_haversack", contentType(response));
    }
    try {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for (const reader = response.body?.getReader(); reader !== undefined; ) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        received();
      }
      const blob = new Blob(chunks, { type: contentType(response) });
      return { blob, size: blob.size, etag };
    } catch (error) {
      throw signal.aborted ? signal.reason : new ClientError("network", error);
    }
  }

  /**
   * The row lines of a part of a snapshot, as bytes; `null` when no snapshot of this person has it any more. Calls back
   * for each chunk.
   *
   * @throws ClientError `incomplete_response`, `corrupt_response` where there are not as many as the list said.
   */
  async part(
    entity: string,
    { sum, bytes }: Pick<PartMessage, "sum" | "bytes">,
    speaker: Speaker,
    signal: AbortSignal,
    received: () => void,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const path = `segments/${encodeURIComponent(entity)}/${sum}/`;
    const call: Call = { headers: speakerHeaders(speaker), signal, accept: "application/x-ndjson" };
    let response: Response;
    try {
      response = await this.call(path, call);
    } catch (error) {
      if (error instanceof ServerError && error.code === "not_found") return null;
      throw error;
    }
    const all = new Uint8Array(bytes);
    let at = 0;
    try {
      for (const reader = response.body?.getReader(); reader !== undefined; ) {
        const { done, value } = await reader.read();
        if (done) break;
        received();
        // No more memory than was announced (P3).
        if (at + value.length > bytes)
          throw new ClientError("corrupt_response", `${sum} is longer than ${bytes} bytes`);
        all.set(value, at);
        at += value.length;
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof ClientError ? error : new ClientError("network", error);
    }
    if (at < bytes) throw new ClientError("incomplete_response");
    return all;
  }

  /** What is remembered may be out of date: only a fresh answer may say that the person has to sign in. */
  private async requireSessionOf(key: string, signal: AbortSignal): Promise<void> {
    const remembered = this.session;
    let { user } = await this.currentSession(signal);
    if (remembered !== null && user?.key !== key) ({ user } = await this.currentSession(signal, true));
    if (user === null) throw new ClientError("sign_in_required");
    if (user.key !== key) throw new ClientError("wrong_user");
  }

  /** Tries once more with a new token when the server no longer takes the one we have. */
  private async withToken<T>(signal: AbortSignal, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const attempt = async (fresh: boolean) => {
      const { csrf_token } = await this.currentSession(signal, fresh);
      return work({ "X-CSRFToken": csrf_token });
    };
    try {
      return await attempt(false);
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== "csrf_failed") throw error;
      return attempt(true);
    }
  }

  private remember(session: Session): void {
    this.session = session;
    this.settings = session.settings ?? this.settings;
  }

  private json<T>(path: string, call: Omit<Call, "accept">): Promise<T> {
    return this.watched(requestJson<T>(this.fetch, this.base + path, call));
  }

  private call(path: string, call: Call): Promise<Response> {
    return this.watched(request(this.fetch, this.base + path, call));
  }

  private async watched<T>(answer: Promise<T>): Promise<T> {
    try {
      const result = await answer;
      this.reached(true);
      return result;
    } catch (thrown) {
      const error = asHaversackError(thrown);
      if (error instanceof ServerError) this.reached(true);
      if (isUnreachable(error)) this.reached(false);
      throw error;
    }
  }
}
