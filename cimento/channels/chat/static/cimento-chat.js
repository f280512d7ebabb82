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
  const LAUNCH = "M4 4h16v12H10l-5 4v-4H4z";

  function make(tag, attributes, ...children) {
    const space = /svg|path/.test(tag) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
    const node = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /** Return what is said when the rest cannot be loaded: the numbers, without it. */
  function lost() {
    const call = (href) => make("a", { class: "tel", href }, href.slice(4));
    return make(
      "p", { role: "alert" },
      "L'assistant ne peut pas s'ouvrir. Rechargez la page. En cas d'urgence, appelez le ", call("tel:15"),
      " ou le ", call("tel:112"), ". Si vous ne pouvez pas parler ou entendre\u00a0: envoyez un SMS au ",
      call("sms:114"), ".",
    );
  }

  class CimentoChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return; // moved within the page
      const server = this.getAttribute("server");
      const base = server ? new URL("chat/", server.replace(/\/*$/, "/")) : new URL(".", SCRIPT.src);
      const badge = make("span", { class: "badge", hidden: "" });
      const launcher = make(
        "button", { type: "button", class: "launcher", "aria-haspopup": "dialog" },
        make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, make("path", { d: LAUNCH })),
        "Poser une question", badge,
      );
      const status = make("p", { class: "unseen", role: "status" });
      // The empty title keeps the element's own from showing as a tooltip everywhere.
      const root = make("div", { lang: "fr", title: "", hidden: "" }, launcher, status);
      launcher.addEventListener("click", () => this.open());
      const mark = (unread) => {
        badge.hidden = !unread;
        badge.textContent = status.textContent = unread
          ? `${unread} nouvelle${unread > 1 ? "s" : ""} réponse${unread > 1 ? "s" : ""}` : "";
      };
      const style = make("link", { rel: "stylesheet", href: new URL("cimento-chat.css", SCRIPT.src) });
      this.chat = new Promise((ready, fail) => {
        style.onload = style.onerror = () => {
          root.hidden = false; // plain is better than none
          loading.then(({ Chat }) => {
            const chat = new Chat(this, root, { button: launcher, mark }, base);
            ready(chat);
            chat.restore();
          }).catch(fail);
        };
      });
      this.chat.catch(() => {});
      this.lost = () => launcher.replaceWith(lost());
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
    document.body.append(make("cimento-chat", SCRIPT.dataset));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", addIfAbsent);
  else addIfAbsent();
})();
