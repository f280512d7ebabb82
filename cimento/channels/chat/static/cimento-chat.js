/*
 * Cimento's chat: a web component in plain JavaScript, without build step or dependency.
 *
 *   <script src="https://…/chat/cimento-chat.js" defer></script>
 *   <cimento-chat server="https://…" title="…" position="left" open></cimento-chat>
 *
 * Without the second line, the script adds the element itself and reads the same options from its
 * own data-… attributes (docs/website-chat.md). This file is the launcher; the browser imports the
 * rest from widget/, and says nothing to the server before the chat is opened. The conversation is
 * kept in sessionStorage alone.
 */
(() => {
  "use strict";

  if (customElements.get("cimento-chat")) return; // the script is there twice
  const SCRIPT = document.currentScript;
  const loading = import(new URL("widget/chat.js", SCRIPT.src));
  loading.catch(() => {}); // said when somebody opens the chat
  const LOST =
    "<p role='alert'>L'assistant ne peut pas s'ouvrir. Rechargez la page. En cas d'urgence, appelez le " +
    "<a href='tel:15'>15</a> ou le <a href='tel:112'>112</a>. Si vous ne pouvez pas parler ou " +
    "entendre\u00a0: envoyez un SMS au <a href='sms:114'>114</a>.</p>";
  const BUTTON =
    "<button type='button' class='launcher' aria-haspopup='dialog'><svg viewBox='0 0 24 24' " +
    "aria-hidden='true'><path d='M4 4h16v12H10l-5 4v-4H4z'/></svg><span>Poser une question</span>" +
    "<span class='badge' hidden></span></button><p class='unseen' role='status'></p>";

  class CimentoChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return; // moved within the page
      const server = this.getAttribute("server");
      const base = server ? new URL("chat/", server.replace(/\/*$/, "/")) : new URL(".", SCRIPT.src);
      // The empty title keeps the element's own from showing as a tooltip everywhere.
      const root = Object.assign(document.createElement("div"), { lang: "fr", title: "", hidden: true });
      root.innerHTML = BUTTON;
      const [launcher, badge, status] = root.querySelectorAll("button, .badge, [role]");
      launcher.addEventListener("click", () => this.open());
      const mark = (unread) => {
        badge.hidden = !unread;
        badge.textContent = status.textContent = unread
          ? `${unread} nouvelle${unread > 1 ? "s" : ""} réponse${unread > 1 ? "s" : ""}` : "";
      };
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet" });
      style.href = new URL("cimento-chat.css", SCRIPT.src);
      this.chat = new Promise((ready, fail) => {
        style.onload = style.onerror = () => {
          root.hidden = false; // plain is better than none
          loading.then(({ Chat }) => {
            const chat = new Chat(this, root, { button: launcher, mark }, base);
            ready(chat);
            chat.restore();
          }, fail);
        };
      });
      this.chat.catch(() => {});
      this.lost = () => (launcher.outerHTML = LOST);
      this.attachShadow({ mode: "open" }).append(style, root);
    }

    /** Open the chat; ask the question on a topic ("driving"), if one is given. */
    async open(topic) {
      try {
        await (await this.chat).open(topic);
      } catch {
        this.lost();
      }
    }

    /** Close the chat; the conversation stays. */
    async close() {
      (await this.chat).close();
    }

    /** Tell the page: cimento-open, cimento-close, cimento-answer. Never what was written. */
    tell(what, detail) {
      this.dispatchEvent(new CustomEvent(`cimento-${what}`, { detail, bubbles: true, composed: true }));
    }
  }

  customElements.define("cimento-chat", CimentoChat);
  const addIfAbsent = () => {
    if (document.querySelector("cimento-chat")) return;
    const element = document.createElement("cimento-chat");
    for (const [name, value] of Object.entries(SCRIPT.dataset)) element.setAttribute(name, value);
    document.body.append(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", addIfAbsent);
  else addIfAbsent();
})();
