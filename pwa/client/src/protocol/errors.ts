/**
 * The one tree of errors of the client. Everything that can go wrong in a sync ends as a `HaversackError`; what to do
 * about it is decided by `code` and `retry`, never by the message.
 */

import type { SyncError } from "../api";
import { _, type Marked, translate } from "../language";

/** The client's own codes: whether trying again can help, and what people read. */
const CLIENT_CODES = {
  network: [true, _("The server could not be reached.")],
  timeout: [true, _("The server stopped answering.")],
  incomplete_response: [true, _("The answer of the server broke off.")],
  not_haversack: [true, _("Something other than the server answered, perhaps the sign-in page of this network.")],
  corrupt_response: [true, _("The answer of the server was damaged on its way.")],
  superseded: [true, _("Another sync of this device was faster.")],
  sync_loop: [
    false,
    _(
      "The app's code starts this sync again whenever it is complete. It was stopped: call onSync when something changed, not in synccomplete.",
    ),
  ],
  cancelled: [false, _("The sync was cancelled.")],
  quota: [false, _("There is not enough space on this device.")],
  storage: [true, _("The storage of this device could not be used.")],
  closed: [false, _("The data of this person is no longer on this device.")],
  read_only: [false, _("These records cannot be changed on this device.")],
  unknown_context: [false, _("The app has no such sync context.")],
  unknown_entity: [false, _("The app has no such local entity.")],
  unknown_record: [false, _("There is no such record on this device.")],
  unknown_attribute: [false, _("The local entity has no such attribute.")],
  invalid_budget: [false, _("Space for pictures is a number of bytes, or null for no limit.")],
  permission_denied: [false, _("You may not do this.")],
  in_flight: [false, _("The server may have this change already. What became of it comes with the next sync.")],
  lost: [false, _("The server was set back to an earlier state: this change is not in it any more.")],
  too_much_together: [false, _("This is more than the server takes as one. Save it in smaller parts.")],
  unknown_conflict: [false, _("There is no such conflict.")],
  sign_in_required: [false, _("Sign in to go on.")],
  wrong_user: [false, _("Somebody else is signed in on this device. Sign in again to go on.")],
  protocol_unsupported: [
    false,
    _("The app on this device and the server do not understand each other. Update the app."),
  ],
  server_error: [true, _("The server has a problem.")],
  throttled: [true, _("The server asks to wait a little.")],
  body_too_large: [false, _("This is more than the server takes at once.")],
  internal: [false, _("Something unexpected went wrong in the app.")],
} as const satisfies Record<string, readonly [retry: boolean, message: Marked]>;

export type ClientCode = keyof typeof CLIENT_CODES;

/** Base of the tree. */
export abstract class HaversackError extends Error implements SyncError {
  abstract readonly code: string;
  abstract readonly retry: boolean;
  abstract readonly retryAfter?: number;
  readonly fields?: Record<string, string[]>;
  declare readonly about?: NonNullable<SyncError["about"]>;

  /** The plain object that travels to other threads and tabs. */
  toJSON(): SyncError {
    const { code, message, retry, retryAfter, fields = {}, about } = this;
    return {
      ...{ code, message, retry },
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(Object.keys(fields).length === 0 ? {} : { fields }),
      ...(about === undefined ? {} : { about }),
    };
  }
}

/** What this client found out by itself. `detail` is for developers and is kept in `cause`. */
export class ClientError extends HaversackError {
  override readonly name = "ClientError";
  readonly retry: boolean;
  declare readonly retryAfter?: number;

  constructor(
    readonly code: ClientCode,
    detail?: unknown,
  ) {
    super(translate(CLIENT_CODES[code][1]), detail === undefined ? {} : { cause: detail });
    this.retry = CLIENT_CODES[code][0];
  }
}

/** The app's own `onSync` failed. `retry` is for it to say: a property of the error that it throws. */
export class OnSyncError extends HaversackError {
  override readonly name = "OnSyncError";
  readonly code = "on_sync_failed";
  declare readonly retryAfter?: number;

  constructor(
    message: string,
    cause?: unknown,
    readonly retry = false,
  ) {
    super(message, cause === undefined ? {} : { cause });
  }

  /** Its code is wrong, as its developer will want to know. */
  static misuse(what: string): OnSyncError {
    return new OnSyncError(`The app's own sync ${what}.`);
  }

  /** What it threw; an error of ours that it did not catch remains what it is. */
  static of(thrown: unknown): HaversackError {
    if (thrown instanceof HaversackError) return thrown;
    const { message, retry } = (thrown ?? {}) as { message?: unknown; retry?: unknown };
    const said = translate(_("The app's own sync failed: {reason}."));
    return new OnSyncError(
      said.replace("{reason}", () => String(message ?? thrown)),
      thrown,
      retry === true,
    );
  }
}

/** Values that a record cannot have: `fields` says what is wrong, by attribute. */
export class InvalidValues extends HaversackError {
  override readonly name = "InvalidValues";
  readonly code = "invalid_values";
  readonly retry = false;
  declare readonly retryAfter?: number;

  constructor(override readonly fields: Record<string, string[]>) {
    super(translate(_("Some values cannot be kept. See what is said of each.")));
  }
}

/** What the server answered: `{"error": {…}}` with a status of 400 and above. */
export class ServerError extends HaversackError {
  override readonly name = "ServerError";
  readonly retryAfter?: number;
  declare readonly about?: NonNullable<SyncError["about"]>;

  constructor(
    readonly code: string,
    message: string,
    readonly retry: boolean,
    retryAfter?: number,
    /** Messages by the name of the input. */
    override readonly fields: Record<string, string[]> = {},
    about?: SyncError["about"],
  ) {
    super(message);
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
    if (about !== undefined) this.about = about;
  }
}

/** Anything thrown, as one of ours. */
export function asHaversackError(error: unknown): HaversackError {
  return error instanceof HaversackError ? error : new ClientError("internal", error);
}

/** Whether the person must sign in (again) before anything more can be exchanged. */
export function needsSignIn(error: SyncError): boolean {
  return error.code === "sign_in_required" || error.code === "wrong_user";
}

/** Whether the error says that the server was not reached, as opposed to reached and unwilling. */
export function isUnreachable(error: SyncError): boolean {
  return error.code === "network" || error.code === "timeout" || error.code === "not_haversack";
}
