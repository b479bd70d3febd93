/** The eleven scopes Kick knows, with what its consent page says of each. */
export const scopes = {
  'user:read': 'Read your username, id and e-mail address',
  'channel:read': 'Read your channel',
  'channel:write': 'Change the title, category and tags of your stream',
  'channel:rewards:read': 'Read your channel rewards',
  'channel:rewards:write': 'Change your channel rewards and answer redemptions',
  'chat:write': 'Send chat messages, and let the app’s bot post',
  'streamkey:read': 'Read your stream URL and key',
  'events:subscribe': 'Subscribe to events in your channel',
  'moderation:ban': 'Ban, time out and unban',
  'moderation:chat_message:manage': 'Delete chat messages',
  'kicks:read': 'Read the KICKs leaderboard',
} as const;

export type Scope = keyof typeof scopes;

export const allScopes = Object.keys(scopes).filter(isScope);

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}
