import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { listOf, optionalText } from './fields.js';
import { requestIdOf } from './http-exchange.js';
import { KickApiError } from './kick-api-error.js';

export interface User {
  readonly id: UserId;
  readonly username: string;
  /** Only of the account itself, with scope `user:read`. */
  readonly email: string | undefined;
  readonly profilePicture: string | undefined;
}

const Users = listOf(
  z
    .object({ user_id: z.number(), name: z.string(), email: optionalText, profile_picture: optionalText })
    .transform(
      (user): User => ({
        id: userId(user.user_id),
        username: user.name,
        email: user.email,
        profilePicture: user.profile_picture,
      }),
    ),
);

/** `/public/v1/users` (https://docs.kick.com/apis/users). Needs scope `user:read`, or an app token for `byIds`. */
export class KickUsers {
  constructor(private readonly api: AuthorizedHttp) {}

  /** The account itself. */
  async me(): Promise<User> {
    const answer = await this.api.call({ method: 'GET', path: '/public/v1/users' });
    const [user] = dataOf(answer, Users);
    if (user !== undefined) return user;
    throw new KickApiError(
      'kick.unexpected_answer',
      "Kick's answer does not name the account. Log in again.",
      { status: answer.status, requestId: requestIdOf(answer) },
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
