import { element } from './dom.js';
import { messageRow, noticeRow } from './message.js';

const KEPT_ROWS = 300;
const NEAR_THE_END = 48;

/** The rows of the chat: bounded, kept at its end while one reads there, walked through with the arrow keys. */
export class Log {
  #box;
  #newer;
  #messages = new Map();
  #keyed = new Map();
  #unread = 0;
  #atEnd = true;

  constructor(box, newer) {
    this.#box = box;
    this.#newer = newer;
    box.addEventListener('scroll', () => this.#scrolled());
    box.addEventListener('keydown', (event) => this.#walk(event));
    newer.addEventListener('click', () => this.scrollToEnd());
    // A keyboard that slides in on a phone must not hide the newest message.
    new ResizeObserver(() => this.#atEnd && this.scrollToEnd()).observe(box);
  }

  has(messageId) {
    return this.#messages.has(messageId);
  }

  message(messageId) {
    return this.#messages.get(messageId)?.message;
  }

  addMessage(message) {
    if (!this.has(message.id)) this.#insert(this.#rowOf(message), null);
  }

  addNotice(notice) {
    const row = noticeRow(notice);
    const before = this.#keyed.get(notice.key);
    if (before?.isConnected) before.replaceWith(row);
    else this.#insert(row, null);
    if (notice.key) this.#keyed.set(notice.key, row);
  }

  /** Puts what the server remembers where it belongs: what was missed goes before what came after it. */
  merge(messages) {
    let next = null;
    for (const message of messages.toReversed()) {
      next = this.#messages.get(message.id)?.row ?? this.#insert(this.#rowOf(message), next);
    }
  }

  /** Strikes a message out. `by` is told when somebody knows. */
  remove(messageId, { how, by }) {
    const row = this.#messages.get(messageId)?.row;
    if (!row) return;
    row.dataset.removed = how;
    const text = row.querySelector('.text');
    if (text.localName !== 'del') {
      const struck = element('del', { className: 'text' });
      struck.append(...text.childNodes);
      text.replaceWith(struck);
      struck.after(' ', element('span', { className: 'fate' }));
    }
    const verb = how === 'cleared' ? 'cleared' : 'removed';
    row.querySelector('.fate').textContent = by ? `${verb} by ${by}` : verb;
    this.#keepEnd();
  }

  /** Strikes out what a user said, or everybody. */
  removeAll({ how, by }, username) {
    for (const [id, { message, row }] of this.#messages) {
      const meant = username === undefined || message.sender.username === username;
      if (meant && !row.dataset.removed) this.remove(id, { how, by });
    }
  }

  scrollToEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#atEnd = true;
    this.#unread = 0;
    this.#newer.hidden = true;
  }

  #rowOf(message) {
    const row = messageRow(message);
    this.#messages.set(message.id, { message, row });
    return row;
  }

  #insert(row, next) {
    this.#box.insertBefore(row, next);
    if (row.dataset.about) this.#makeReachable(row);
    this.#keepEnd();
    if (!this.#atEnd && next === null) {
      this.#unread += 1;
      this.#newer.textContent = this.#unread === 1 ? '1 new message' : `${this.#unread} new messages`;
      this.#newer.hidden = false;
    }
    while (this.#box.children.length > KEPT_ROWS) this.#dropOldest();
    return row;
  }

  /** All but the row with the focus, which would be lost with it. */
  #dropOldest() {
    const [first, second] = this.#box.children;
    const oldest = first.contains(document.activeElement) ? second : first;
    this.#messages.delete(oldest.dataset.id);
    oldest.remove();
  }

  #keepEnd() {
    if (this.#atEnd) this.scrollToEnd();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    if (this.#atEnd) {
      this.#unread = 0;
      this.#newer.hidden = true;
    }
  }

  /** One row at a time is a stop of the Tab key: the newest, until one walks from there with the arrows. */
  #makeReachable(row) {
    const stop = this.#box.querySelector('.row[tabindex="0"]');
    row.tabIndex = -1;
    if (stop?.contains(document.activeElement)) return;
    if (stop) stop.tabIndex = -1;
    const rows = this.#box.querySelectorAll('.row[tabindex]');
    rows[rows.length - 1].tabIndex = 0;
  }

  #walk(event) {
    const rows = [...this.#box.querySelectorAll('.row[tabindex]')];
    const current = rows.findIndex((row) => row.contains(document.activeElement));
    const target = { ArrowUp: current - 1, ArrowDown: current + 1, Home: 0, End: rows.length - 1 }[event.key];
    const row = rows[target];
    if (current === -1 || !row) return;
    event.preventDefault();
    rows[current].tabIndex = -1;
    row.tabIndex = 0;
    row.focus();
  }
}
