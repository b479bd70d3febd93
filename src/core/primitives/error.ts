/**
 * The one error class kickbot throws.
 *
 * `code` is stable and meant for programs (`config.invalid`, `auth.login_needed`); `message` is one sentence for
 * a person that names what to change; `cause` keeps what went wrong underneath.
 *
 * @example
 * try { await bot.start(); } catch (error) {
 *   if (error instanceof KickbotError && error.code === 'auth.login_needed') console.error(error.message);
 * }
 */
export class KickbotError extends Error {
  override readonly name: string = 'KickbotError';
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/** The sentence inside anything that was thrown: an `Error`'s message, or the value as text. Never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    // An object without a prototype, a getter that throws.
    return 'something was thrown that cannot be shown as text';
  }
}
