import type { Channel, ChatMessageSent } from '../events/kick-event.js';
import { isModerator } from '../events/role.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { MessageId, UserId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';
import type { Decision } from './rule-engine.js';

/** What enforcement asks of Kick. */
export interface ModerationActions {
  deleteMessage(channel: Channel, message: MessageId): Promise<void>;
  timeout(channel: Channel, user: UserId, seconds: number, reason: string): Promise<void>;
  ban(channel: Channel, user: UserId, reason: string): Promise<void>;
}

/** Kick refuses a longer reason. */
const maximumReasonLength = 100;

/** Carries out what rules decide, at most one punishment for a message, and never silently fails to. */
export class Enforcer {
  /** What is missing until somebody logs in anew is told once, not with every message. */
  readonly #toldOfScopes = new Set<string>();

  constructor(
    private readonly actions: ModerationActions,
    private readonly ownUserIds: ReadonlySet<UserId>,
    private readonly logger: Logger,
  ) {}

  /**
   * Begins to act on a message, or does not: the broadcaster, moderators and the bot's own accounts are beyond any
   * rule, and then the answer is undefined. The promise tells when all is tried; it never rejects.
   */
  enforce(message: ChatMessageSent, decision: Decision): Promise<void> | undefined {
    if (isModerator(message) || this.ownUserIds.has(message.sender.id)) return undefined;
    return this.#act(message, decision);
  }

  async #act(message: ChatMessageSent, { rule, verdict }: Decision): Promise<void> {
    const { channel, sender, messageId } = message;
    const reason = verdict.reason.slice(0, maximumReasonLength);
    const fields = {
      plugin: rule.plugin,
      rule: rule.name,
      reason,
      channel: channel.slug,
      user: sender.username,
      messageId,
    };
    const attempt = async (run: () => Promise<void>, done: string, failed: string) => {
      try {
        await run();
        this.logger.info(done, fields);
      } catch (error) {
        const code = error instanceof KickbotError ? error.code : undefined;
        const words = messageOf(error);
        if (code === 'auth.scope_missing') {
          if (this.#toldOfScopes.has(words)) return;
          this.#toldOfScopes.add(words);
        }
        this.logger.error(`${failed}: ${words}`, { ...fields, code, error });
      }
    };
    await attempt(
      () => this.actions.deleteMessage(channel, messageId),
      'A message was removed.',
      'A message could not be removed',
    );
    if (verdict.action === 'timeout') {
      await attempt(
        () => this.actions.timeout(channel, sender.id, verdict.seconds, reason),
        'A user was timed out.',
        'A user could not be timed out',
      );
    } else if (verdict.action === 'ban') {
      await attempt(
        () => this.actions.ban(channel, sender.id, reason),
        'A user was banned.',
        'A user could not be banned',
      );
    }
  }
}
