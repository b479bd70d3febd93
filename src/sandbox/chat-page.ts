import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { chatApi } from './chat-api.js';
import type { SandboxEnvironment } from './http/environment.js';
import type { World } from './world/world.js';

const contentTypes = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const scripts = ['actions', 'chat', 'composer', 'dom', 'feed', 'log', 'message', 'notices', 'people'];
const styles = ['base', 'chat', 'rows'];
const files = [...scripts.map((name) => `${name}.js`), ...styles.map((name) => `${name}.css`), 'icon.svg'];

/**
 * The pages of the sandbox, to be mounted at `/sandbox`: a list of its channels, and for each a page to chat on.
 * Nothing is served at `/`, where the real Kick's login host answers 404 too.
 */
export function chatPageRoutes(parts: { world: World; pusher: { readonly key: string } }) {
  const { world } = parts;
  const routes = new Hono<SandboxEnvironment>();
  const page = read('chat.html');

  routes.use(async (c, next) => {
    await next();
    const { host } = new URL(c.req.url);
    c.header('content-security-policy', contentPolicy(host));
    c.header('cache-control', 'no-cache');
  });
  routes.use(secureHeaders({ strictTransportSecurity: false }));

  routes.get('/', (c) => c.html(channelList(world)));

  routes.get('/chat/:slug', (c) => {
    const slug = c.req.param('slug');
    return world.findChannel(slug) ? c.html(page) : c.html(channelList(world, slug), 404);
  });

  for (const file of files) {
    const type = contentTypes[file.slice(file.lastIndexOf('.') + 1) as keyof typeof contentTypes];
    const text = read(file);
    routes.get(`/page/${file}`, (c) => c.body(text, 200, { 'content-type': `${type}; charset=utf-8` }));
  }

  routes.route('/api', chatApi(parts));
  return routes;
}

function read(file: string): string {
  return readFileSync(new URL(`./page/${file}`, import.meta.url), 'utf8');
}

/** Only what the sandbox itself serves, and its chat feed. */
function contentPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function channelList({ channels }: World, missing?: string) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kick sandbox</title>
<link rel="icon" href="/sandbox/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/sandbox/page/base.css">
<link rel="stylesheet" href="/sandbox/page/chat.css">
</head>
<body class="channels">
<main>
<h1>Kick sandbox</h1>
${missing !== undefined ? html`<p class="problem">There is no channel “${missing}” here.</p>` : ''}
<p class="note">A local Kick to try a bot on. Nothing here leaves this machine.</p>
<ul>
${channels.map(
  ({ slug, broadcaster, livestream }) =>
    html`<li><a href="/sandbox/chat/${encodeURIComponent(slug)}"><b>${broadcaster.username}</b> ${livestream ? html`<span class="live">Live</span>` : ''}</a></li>\n`,
)}
</ul>
${channels.length === 0 ? html`<p>No channel is open yet.</p>` : ''}
</main>
</body>
</html>`;
}
