import { byId } from './dom.js';
import { plain } from './message.js';

const LONGEST = 500;
const KEPT_LINES = 50;

/** Where one writes: as whom, what, and in reply to which message. */
export class Composer {
  #send;
  #onRoleChange;
  #owner = '';
  #name = '';
  #sent = [];
  #recalled = 0;
  #original;

  /** `send` is handed the message and answers a sentence where it was refused. */
  constructor({ send, onRoleChange }) {
    this.#send = send;
    this.#onRoleChange = onRoleChange;
    this.#name = sessionStorage.getItem('name') ?? `Guest_${100 + Math.floor(Math.random() * 900)}`;
    byId('name').value = this.#name;
    byId('role').value = sessionStorage.getItem('role') ?? 'viewer';
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId('content').addEventListener('keydown', (event) => this.#key(event));
    byId('content').addEventListener('input', () => this.#edited());
    byId('cancel-reply').addEventListener('click', () => this.#endReply());
    byId('name').addEventListener('input', ({ target }) => {
      this.#name = target.value.trim();
      sessionStorage.setItem('name', this.#name);
    });
    byId('role').addEventListener('change', ({ target }) => {
      sessionStorage.setItem('role', target.value);
      this.#showRole();
    });
  }

  /** Whose channel it is: the broadcaster's role comes with that name. */
  belongsTo(owner) {
    this.#owner = owner;
    this.#showRole();
  }

  get as() {
    const role = byId('role').value;
    return { username: role === 'broadcaster' ? this.#owner : this.#name, role };
  }

  get moderates() {
    return ['moderator', 'broadcaster'].includes(this.as.role);
  }

  focus() {
    byId('content').focus();
  }

  replyTo(message) {
    this.#original = message;
    byId('replying-to').textContent = `Replying to ${message.sender.username}: ${plain(message.content)}`;
    byId('replying').hidden = false;
    this.focus();
  }

  /** Shows why something was refused, or takes that away. */
  complain(sentence = '') {
    byId('problem').textContent = sentence;
  }

  async #submit() {
    const content = byId('content').value;
    if (content.trim() === '') return;
    const original = this.#original;
    this.#remember(content);
    this.#write('');
    this.#endReply();
    const problem = await this.#send({ as: this.as, content, ...(original && { replyTo: original.id }) });
    this.complain(problem);
    if (problem && byId('content').value === '') {
      this.#write(content);
      if (original) this.replyTo(original);
    }
  }

  #remember(content) {
    if (this.#sent.at(-1) !== content) this.#sent.push(content);
    if (this.#sent.length > KEPT_LINES) this.#sent.shift();
    this.#recalled = this.#sent.length;
  }

  #key(event) {
    if (event.key === 'Escape') this.#endReply();
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.isComposing) return;
    const wanted = this.#recalled + step;
    const unchanged = ['', this.#sent[this.#recalled]].includes(byId('content').value);
    if (!unchanged || wanted < 0 || wanted > this.#sent.length) return;
    event.preventDefault();
    this.#recalled = wanted;
    this.#write(this.#sent[wanted] ?? '');
  }

  #write(content) {
    byId('content').value = content;
    this.#edited();
  }

  #edited() {
    const left = LONGEST - [...byId('content').value].length;
    byId('count').textContent = left <= 100 ? `${left} left` : '';
    byId('count').dataset.over = String(left < 0);
  }

  #endReply() {
    this.#original = undefined;
    byId('replying').hidden = true;
  }

  #showRole() {
    const owner = byId('role').value === 'broadcaster';
    byId('name').disabled = owner;
    byId('name').value = owner ? this.#owner : this.#name;
    this.#onRoleChange();
  }
}
