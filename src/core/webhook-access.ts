import type { Accounts } from './accounts.js';
import type { SubscriptionAccess } from './chat/webhook/subscription-access.js';
import type { Config } from './config/schema.js';

/** Subscribes webhooks with the app's own token, or with the broadcasters' where there is no client secret for that. */
export function webhookAccess(
  { kick }: Pick<Config, 'kick'>,
  accounts: Pick<Accounts, 'kickAsApp' | 'kickAs' | 'list'>,
): SubscriptionAccess {
  return {
    app: kick.clientSecret === undefined ? undefined : accounts.kickAsApp.eventSubscriptions,
    async owner({ broadcasterUserId }) {
      const account = (await accounts.list()).find(({ user }) => user?.userId === broadcasterUserId);
      return account && accounts.kickAs(account.id).eventSubscriptions;
    },
  };
}
