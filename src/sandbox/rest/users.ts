import { Hono } from 'hono';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { World } from '../world/world.js';
import { anyToken } from './access.js';
import { invalidRequest, ok } from './replies.js';

/** `GET /public/v1/users`: by repeated `id`, or the token's own user. */
export function userRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();
  routes.get('/users', anyToken(tokens, 'user:read'), (c) => {
    const { owner } = c.var;
    const ids = (c.req.queries('id') ?? []).map(Number);
    if (ids.some((id) => !Number.isSafeInteger(id)) || (ids.length === 0 && !owner)) return invalidRequest(c);
    const users = ids.length === 0 ? [owner] : ids.map((id) => world.findUser(id));
    return ok(
      c,
      users.flatMap((user) =>
        user
          ? {
              user_id: user.id,
              name: user.username,
              email: user === owner ? user.email : '',
              profile_picture: user.profilePicture,
            }
          : [],
      ),
    );
  });
  return routes;
}
