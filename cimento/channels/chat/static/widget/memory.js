/* What the browser keeps: the conversation in this tab, the reader's choices on this device. */

const IDLE = 2 * 60 * 60 * 1000; // ms without activity, after which the browser forgets

/** Return what this device keeps under a name, {} when nothing. */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(`cimento ${name}`)) || {};
  } catch {
    return {}; // storage is forbidden, or holds what we did not write
  }
}

/** Keep an object on this device; nothing of it is ever sent. */
export function keep(name, value) {
  try {
    localStorage.setItem(`cimento ${name}`, JSON.stringify(value));
  } catch {
    // Forbidden or full: it lasts as long as the page.
  }
}

/** What this tab remembers, in sessionStorage (in memory where that is forbidden). */
export class Memory {
  constructor(key, onIdle) {
    this.key = key;
    this.onIdle = onIdle;
    this.state = { entries: [], draft: "" };
    try {
      const kept = JSON.parse(sessionStorage.getItem(key));
      if (kept && Date.now() - kept.at < IDLE) this.state = kept;
      else sessionStorage.removeItem(key);
    } catch {
      // Storage is forbidden, or holds what we did not write: begin afresh.
    }
    this.awaitIdle(this.state.at || Date.now());
  }

  awaitIdle(since) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.forget();
      this.onIdle();
    }, since + IDLE - Date.now());
  }

  save(changes) {
    Object.assign(this.state, changes, { at: Date.now() });
    this.awaitIdle(this.state.at);
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.state));
    } catch {
      // Forbidden or full: the conversation goes on, and is lost on reload.
    }
  }

  /** Forget all but what the chat opens with, which is the same for everybody. */
  forget() {
    const { welcome, open } = this.state;
    this.state = {};
    this.save({ entries: [], draft: "", welcome, open });
  }
}
