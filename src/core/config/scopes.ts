/**
 * What a person can allow the bot to do: the eleven things Kick knows. Which calls each opens is in
 * docs/accounts.md.
 *
 * @see https://docs.kick.com/getting-started/scopes
 */
export const Scope = {
  UserRead: 'user:read',
  ChannelRead: 'channel:read',
  ChannelWrite: 'channel:write',
  ChannelRewardsRead: 'channel:rewards:read',
  ChannelRewardsWrite: 'channel:rewards:write',
  ChatWrite: 'chat:write',
  StreamkeyRead: 'streamkey:read',
  EventsSubscribe: 'events:subscribe',
  ModerationBan: 'moderation:ban',
  ModerationChatMessageManage: 'moderation:chat_message:manage',
  KicksRead: 'kicks:read',
} as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

export const allScopes: readonly Scope[] = Object.values(Scope);

/** Scopes that older guides list as required. Kick has none of these names and refuses a login that asks for one. */
export const formerScopes = ['chat:read', 'subscribers:read'] as const;

export function isScope(text: string): text is Scope {
  return allScopes.some((scope) => scope === text);
}

/** Whose login a scope belongs to: what acts on the token's own channel is its broadcaster's to allow. */
export function scopeHolder(scope: Scope): 'bot' | 'channel' {
  return /^(channel|streamkey|kicks):/.test(scope) ? 'channel' : 'bot';
}
