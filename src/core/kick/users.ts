import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { KickApiError } from './kick-api-error.js';

export interface User {
  readonly id: UserId;
  readonly username: string;
  /** Only of the account itself, with scope `user:read`. */
  readonly email: string | undefined;
  readonly profilePicture: string | undefined;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

const Users = z.array(
  z.object({ user_id: z.number(), name: z.string(), email: text, profile_picture: text }).transform(
    (user): User => ({
      id: userId(user.user_id),
      username: user.name,
      email: user.email,
      profilePicture: user.profile_picture,
    }),
  ),
);

/** `/public/v1/users` (https://docs.kick.com/apis/users). */
export class KickUsers {
  constructor(private readonly api: AuthorizedHttp) {}

  /** The account itself. Needs scope `user:read`. */
  async me(): Promise<User> {
    const [user] = dataOf(await this.api.call({ method: 'GET', path: '/public/v1/users' }), Users);
    if (user !== undefined) return user;
    throw new KickApiError(
      'kick.unexpected_answer',
      "Kick's answer does not name the account. Log in again.",
    );
  }

  /** The people with these ids; ids that nobody has are missing from the result. */
  async byIds(ids: readonly UserId[]): Promise<readonly User[]> {
    // Kick would take a request without ids for a question about the account itself.
    if (ids.length === 0) return [];
    return dataOf(
      await this.api.call({ method: 'GET', path: '/public/v1/users', query: { id: ids } }),
      Users,
    );
  }
}
