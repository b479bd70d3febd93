import { element } from './dom.js';

/**
 * The buttons of one row of the log, put into the row that has the focus or the mouse over it: what may be done
 * there depends on who one is and on what became of the message.
 */
export class Actions {
  #box;
  #allowed;
  #bar;
  #row;

  /** `allowed(row)` lists the actions by name; `act(action, row)` does one. */
  constructor({ box, allowed, act }) {
    this.#box = box;
    this.#allowed = allowed;
    this.#bar = element('div', { className: 'actions' });
    this.#bar.setAttribute('role', 'toolbar');
    this.#bar.setAttribute('aria-label', 'Actions');
    this.#bar.addEventListener('click', ({ target }) => {
      const button = target.closest('button');
      if (!button) return;
      act(button.dataset.action, this.#row);
    });
    box.addEventListener('focusin', ({ target }) => this.#moveTo(target));
    box.addEventListener('pointerover', (event) => {
      if (event.pointerType === 'mouse' && !this.#keyboardIsHere()) this.#moveTo(event.target);
    });
    box.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse' && !this.#keyboardIsHere()) this.hide();
    });
    box.addEventListener('focusout', ({ relatedTarget }) => {
      if (!box.contains(relatedTarget)) this.hide();
    });
  }

  /** Offers again what may be done, after something changed. */
  refresh() {
    if (this.#row?.isConnected) this.#fill();
    else this.hide();
  }

  hide() {
    this.#row = undefined;
    this.#bar.remove();
  }

  #keyboardIsHere() {
    return this.#box.querySelector(':focus-visible') !== null;
  }

  #moveTo(target) {
    const row = target.closest('.row[tabindex]');
    if (!row || row === this.#row) return;
    this.#row = row;
    this.#fill();
  }

  #fill() {
    const actions = this.#allowed(this.#row);
    const shown = [...this.#bar.children].map((button) => button.dataset.action);
    if (actions.join() !== shown.join()) {
      // Before the button with the focus goes: the focus would be lost with it.
      if (this.#bar.contains(document.activeElement)) this.#row.focus();
      this.#bar.replaceChildren(
        ...actions.map((action) =>
          element('button', { type: 'button', textContent: labels[action], data: { action } }),
        ),
      );
    }
    if (actions.length === 0) this.#bar.remove();
    else if (this.#bar.parentElement !== this.#row) this.#row.append(this.#bar);
  }
}

const labels = {
  reply: 'Reply',
  delete: 'Delete',
  'timeout-1': '1 min',
  'timeout-10': '10 min',
  ban: 'Ban',
  unban: 'Unban',
};
