import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnvironment } from '../core/server/public-server.js';
import type { Notice, Session } from './sessions.js';

const files = { 'console.css': 'text/css', 'icon.svg': 'image/svg+xml' };

/** What the pages are drawn with. */
export function pageFiles(): Hono<ServerEnvironment> {
  const routes = new Hono<ServerEnvironment>();
  for (const [file, type] of Object.entries(files)) {
    const text = readFileSync(new URL(`./page/${file}`, import.meta.url), 'utf8');
    routes.get(`/${file}`, (c) => {
      c.header('cache-control', 'no-cache');
      return c.body(text, 200, { 'content-type': `${type}; charset=utf-8` });
    });
  }
  return routes;
}

/**
 * Only the console's own files; no script at all. Forms go to the console, and on to where Kick's login may lead:
 * browsers check every stop of a redirect (CSP3 §6.4.1). The referrer stays within, for without it they would not
 * say where a form comes from.
 */
export function pageHeaders(formTargets: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self' ${[...new Set(formTargets.map((url) => new URL(url).origin))].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
  };
}

type Markup = ReturnType<typeof html>;

/** A page of the console. Everything put into it is escaped. */
export function renderPage(title: string, content: Markup, session?: Session): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · kickbot</title>
<link rel="icon" href="/console/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/page/console.css">
</head>
<body>
<header>
<span class="mark" aria-hidden="true">k</span>
<p class="name">kickbot</p>
${session ? html`<form method="post" action="/console/logout">${csrfField(session)}<button>Sign out</button></form>` : ''}
</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}

export function renderNotice({ kind, title, lines }: Notice): Markup {
  return html`<div class="notice" data-kind="${kind}" role="${kind === 'done' ? 'status' : 'alert'}">
<h2>${title}</h2>
${lines.map((line) => html`<p>${line}</p>\n`)}
</div>`;
}

/** Shows that a form came from a page of this session. */
export function csrfField({ csrfToken }: Session): Markup {
  return html`<input type="hidden" name="csrf" value="${csrfToken}">`;
}
