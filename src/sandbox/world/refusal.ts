/** Why the world did not do what was asked. */
export type RefusalCode =
  | 'not-found'
  | 'exists'
  | 'not-allowed'
  | 'banned'
  | 'timed-out'
  | 'followers-only'
  | 'subscribers-only'
  | 'emotes-only'
  | 'account-too-young'
  | 'slow-mode'
  | 'invalid'
  | 'limit';

/** Thrown by the methods of `World`; the REST routes turn it into Kick's statuses. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

export function notFound(message: string): never {
  throw new Refusal('not-found', message);
}
