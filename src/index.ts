/** The public API: everything a plugin or a host program imports. */
import 'reflect-metadata';

export { type Generated, type Kysely, type Migration, sql } from 'kysely';
export { inject, injectable, Lifecycle, scoped } from 'tsyringe';
export { z } from 'zod';
export { Bot, type BotOptions, createBot } from './core/bot.js';
export type { ConfigChanges } from './core/bot-reload.js';
export {
  MessageNotSentError,
  type MessagePriority,
  type NotSentOutcome,
  type NotSentReason,
  type OutgoingMessage,
  Sender,
  type SentMessage,
} from './core/chat/sender.js';
export type { FoundUser } from './core/chat/user-directory.js';
export type * from './core/commands/argument-kinds.js';
export type { ArgumentsOf } from './core/commands/arguments-of.js';
export { defineConfig } from './core/config/define-config.js';
export { ConfigError, type ConfigProblem } from './core/config/problems.js';
export type { ConfigInput, PluginClass } from './core/config/schema.js';
export { Scope } from './core/config/scopes.js';
export type * from './core/events/kick-event.js';
export type { Role, RoleNeeded } from './core/events/role.js';
export type { Category, CategoryFilter, KickCategories, TaggedCategory } from './core/kick/categories.js';
export type * from './core/kick/channels.js';
export type { ChatMessage, KickChat } from './core/kick/chat.js';
export type * from './core/kick/drops.js';
export {
  type EventSubscription,
  type EventSubscriptionResult,
  type KickEventSubscriptions,
  type NewEventSubscriptions,
  type WebhookEvent,
  webhookEvents,
} from './core/kick/event-subscriptions.js';
export type { KickApi } from './core/kick/kick-api.js';
export { KickApiError, type KickErrorCode, RateLimitedError } from './core/kick/kick-api-error.js';
export type * from './core/kick/kicks.js';
export { LimitError, type Limits } from './core/kick/limits.js';
export type * from './core/kick/livestreams.js';
export type { Ban, ChannelMember, KickModeration, Timeout } from './core/kick/moderation.js';
export { type Page, PagedList } from './core/kick/paged-list.js';
export type * from './core/kick/public-key.js';
export type * from './core/kick/redemptions.js';
export type * from './core/kick/rewards.js';
export type * from './core/kick/tokens.js';
export type * from './core/kick/users.js';
export { ban, remove, timeout, type Verdict } from './core/moderation/verdict.js';
export { CommandContext, EventContext, RuleContext, type WaitOptions } from './core/plugins/contexts.js';
export { ArgumentKind, Command, Every, On, Plugin, Rule } from './core/plugins/decorators.js';
export { Http, HttpError, type HttpFailure, type HttpOptions, HttpResponse } from './core/plugins/http.js';
export { Kick, type KickInChannel } from './core/plugins/kick.js';
export type { Allowed, Guard, GuardClass } from './core/plugins/permission.js';
export type {
  CommandOptions,
  PluginOptions,
  RuleOptions,
  ServiceClass,
  TimerOptions,
} from './core/plugins/plugin-metadata.js';
export type { CronPattern } from './core/plugins/schedule.js';
export { Store } from './core/plugins/store.js';
export type { StoreEntry, StoreExpiry, StoreKey, StoreTable } from './core/plugins/store-table.js';
export { type Cancel, Clock } from './core/primitives/clock.js';
export type { Duration } from './core/primitives/duration.js';
export { KickbotError } from './core/primitives/error.js';
export * from './core/primitives/ids.js';
export { Random } from './core/primitives/random.js';
export { Secret } from './core/primitives/secret.js';
export { Logger } from './core/telemetry/logger.js';
