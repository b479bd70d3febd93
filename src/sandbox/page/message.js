import { element, icon } from './dom.js';

const EMOTE = /\[emote:\d+:([^\]]*)\]/;
const SYMBOLS = {
  broadcaster: 'broadcaster',
  moderator: 'moderator',
  vip: 'vip',
  subscriber: 'subscriber',
  founder: 'founder',
  sub_gifter: 'gift',
  verified: 'verified',
  bot: 'bot',
};

/** The badges beside a name. A type this page does not draw is shown by its text. */
export function badges(list) {
  return list.map(({ type, text, count }) => {
    const said = count ? `${text}, ${count}` : text;
    const symbol = SYMBOLS[type];
    return element(
      'span',
      { className: 'badge', title: said, data: { type } },
      symbol ? icon(symbol) : text,
      ...(symbol ? [element('span', { className: type === 'bot' ? '' : 'unseen', textContent: text })] : []),
    );
  });
}

/** A name in the colour its user chose; the style sheet keeps that readable on its background. */
export function username({ username: text, identity }) {
  const shown = element('b', { className: 'name', textContent: text });
  if (/^#[0-9a-f]{6}$/i.test(identity?.color)) shown.style.setProperty('--chosen', identity.color);
  return shown;
}

/** Text with its emotes as pills. */
export function content(text) {
  const pieces = text.split(EMOTE);
  return pieces
    .map((piece, index) =>
      index % 2 === 0 ? piece : element('span', { className: 'emote', title: 'Emote', textContent: piece }),
    )
    .filter((piece) => piece !== '');
}

/** Text as one line: emotes by their names. */
export function plain(text) {
  return text.replaceAll(new RegExp(EMOTE, 'g'), '$1');
}

/** A row of the log for the data of a `ChatMessageEvent`. */
export function messageRow(message) {
  const { sender, metadata, created_at: at } = message;
  const original = metadata?.original_message;
  const celebration = metadata?.celebration;
  const row = element(
    'article',
    { className: 'row message', data: { id: message.id, about: sender.username } },
    time(new Date(at)),
    element(
      'div',
      { className: 'body' },
      ...(original
        ? [
            element(
              'p',
              { className: 'original' },
              icon('reply'),
              element('b', { textContent: metadata.original_sender?.username ?? '' }),
              ` ${plain(original.content)}`,
            ),
          ]
        : []),
      ...(celebration
        ? [
            element(
              'p',
              { className: 'original' },
              icon('subscriber'),
              ` Celebrates ${celebration.total_months} months`,
            ),
          ]
        : []),
      element('span', { className: 'badges' }, ...badges(sender.identity.badges)),
      username(sender),
      element('span', { className: 'colon', textContent: ': ' }),
      element('span', { className: 'text' }, ...content(message.content)),
    ),
  );
  return row;
}

/** A row of the log for what `noticeOf` tells. */
export function noticeRow({ kind, icon: symbol, parts, about }) {
  return element(
    'div',
    { className: 'row notice', data: { kind, ...(about && { about }) } },
    time(new Date()),
    element('div', { className: 'body' }, icon(symbol), element('span', {}, ...parts)),
  );
}

function time(at) {
  const shown = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
  return element('time', { dateTime: at.toISOString(), textContent: shown });
}
