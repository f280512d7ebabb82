/*
 * Cimento's chat: a web component in plain JavaScript, without build step or dependency.
 *
 *   <script src="https://…/chat/cimento-chat.js" defer></script>
 *   <cimento-chat server="https://…" title="…" position="left" open></cimento-chat>
 *
 * Without the second line, the script adds the element itself and reads the same options
 * from its own data-server, data-title, data-position and data-open attributes.
 *
 * Nothing is sent before the chat is opened. The conversation is kept in sessionStorage
 * alone. All text enters the page as text nodes, so HTML in a message is shown, never run.
 */
(() => {
  "use strict";

  const SCRIPT = document.currentScript;
  const IDLE = 2 * 60 * 60 * 1000; // ms without activity, after which the browser forgets
  const PATIENCE = 30 * 1000; // ms for one request; the server itself gives up sooner
  const FULL_SCREEN = "(max-width: 480px), (max-height: 480px)"; // as in the stylesheet
  const NEARLY_FULL = 0.8; // share of the longest message from which characters are counted

  const TITLE = "Assistant cimentoplastie";
  const ALARMS = {
    urgence: "Urgence",
    medecin: "Appelez immédiatement votre médecin",
    equipe: "Demandez un avis",
  };
  const URGENT =
    "En cas d'urgence, appelez le 15 ou le 112. Si vous ne pouvez pas parler ou entendre\u00a0: " +
    "envoyez un SMS au 114.";
  const SAY = {
    erased: "La conversation est effacée.",
    erasedHere: "La conversation est effacée de cet écran. Le serveur ne la reconnaît plus.",
    notErased: "La conversation n'est pas effacée.",
    notJudged: "Votre avis n'est pas enregistré.",
    copied: "La conversation est copiée.",
    notCopied: "Ce navigateur ne permet pas la copie. Vous pouvez imprimer la conversation.",
    kept: "Votre message est resté dans la zone de saisie.",
    renewed: "La conversation précédente est terminée. Une nouvelle a commencé.",
    simpler: "Plus simple", // asked as if it had been typed
    thanks: "Merci, votre avis est enregistré.",
    typing: "L'assistant écrit…",
    unreachable: `${URGENT} L'assistant ne répond pas pour le moment.`,
    wait: "Un instant\u00a0: la réponse arrive.",
  };
  const ICONS = {
    alarm: "M12 3 1.8 20.5h20.4L12 3zM12 9.5v5M12 17.4v.6",
    chat: "M4 4h16v12H10l-5 4v-4H4z",
    close: "M5 5l14 14M19 5 5 19",
    out: "M9 5H5v14h14v-4M13 4h7v7M20 4l-9 9",
    phone: "M6 3l4 1 1 5-2 1.5a12 12 0 0 0 5 5L15.5 13l5 1 .5 4-2.5 3C11 21 3 13 3 6z",
    send: "M3 11.5 21 3l-6 18-4-8z",
  };

  /* ---- DOM ---------------------------------------------------------------------- */

  /** Return an element. `on…` attributes are listeners; false and null ones are left out. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null && child !== false));
    return node;
  }

  function button(label, onclick, attributes, ...before) {
    return el("button", { type: "button", onclick, ...attributes }, ...before, label);
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  const clock = (at) =>
    new Date(at).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });

  /* ---- The server --------------------------------------------------------------- */

  /** A request that failed. `message` is French, to show; `status` 0: no answer at all. */
  class Failure extends Error {
    constructor(status, message) {
      super(message);
      this.status = status;
    }

    /** Whether the same request may succeed later. */
    get passing() {
      return [0, 408, 429].includes(this.status) || this.status >= 500;
    }
  }

  class Api {
    constructor(base) {
      this.base = base;
    }

    /** Return the URL of a link of the server, or null when it could run something. */
    link(href) {
      const url = new URL(href, this.base);
      return /^(https?|tel|sms):$/.test(url.protocol) ? url.href : null;
    }

    /** Return the JSON of the answer (null: no content); Failure otherwise. */
    async call(method, path, token, body) {
      const headers = {};
      if (token) headers.Authorization = `Bearer ${token}`;
      if (body) headers["Content-Type"] = "application/json";
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), PATIENCE);
      try {
        const answer = await fetch(new URL(path, this.base), {
          method,
          headers,
          body: body && JSON.stringify(body),
          credentials: "omit",
          cache: "no-store",
          signal: giveUp.signal,
        });
        const content = answer.status === 204 ? null : await answer.json();
        if (answer.ok) return content;
        throw new Failure(answer.status, content.error.message);
      } catch (error) {
        // No network, a site that is not allowed, a proxy's page instead of JSON.
        throw error instanceof Failure ? error : new Failure(0, SAY.unreachable);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /* ---- The conversation --------------------------------------------------------- */

  /** What this tab remembers, in sessionStorage (in memory where that is forbidden). */
  class Memory {
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

  /**
   * One patient's conversation: state and requests, no display.
   *
   * An entry is {who: "me" | "note", text, at} or {who: "bot", at, turn, messages,
   * escalation, sources, calls, ask_feedback, can_be_easier}; `at` is in ms. A message is {text} or, for
   * a button, {text: its title, payload}.
   */
  class Conversation {
    constructor(api, memory) {
      this.api = api;
      this.memory = memory;
      // A turn that a reload cut short: what was typed goes back to the box.
      const { pending, entries, draft } = this.state;
      if (pending) memory.save({ pending: null, ...this.takenBack(pending, entries, draft) });
    }

    get state() {
      return this.memory.state;
    }

    takenBack(message, entries, draft) {
      const typed = message.payload ? [] : [message.text];
      return {
        entries: entries.filter((entry) => entry.at !== message.at),
        draft: [...typed, ...(draft ? [draft] : [])].join("\n"),
      };
    }

    /** Get a session from the server, unless there is one; once at a time. */
    begin() {
      if (this.state.token) return Promise.resolve();
      this.beginning ??= this.api
        .call("POST", "sessions")
        .then(({ token, ...welcome }) => this.memory.save({ token, welcome }))
        .finally(() => (this.beginning = null));
      return this.beginning;
    }

    /** Send a message and yield its entries as they come. Failure: it is taken back. */
    async *ask(message) {
      const pending = { ...message, at: Date.now() };
      this.memory.save({ pending });
      yield this.add({ who: "me", text: message.text, at: pending.at });
      try {
        let turn;
        try {
          turn = await this.say(message.payload ? { payload: message.payload } : message);
        } catch (failure) {
          if (failure.status !== 401) throw failure;
          this.memory.save({ token: null });
          // The buttons were another conversation's: the new one gets their words.
          turn = await this.say({ text: message.text });
          yield this.add({ who: "note", text: SAY.renewed, at: Date.now() });
        }
        const { token, ...rest } = turn;
        this.memory.save({ token, pending: null });
        yield this.add({ ...rest, who: "bot", at: Date.now() });
      } catch (failure) {
        const { entries, draft } = this.state;
        this.memory.save({ pending: null, ...this.takenBack(pending, entries, draft) });
        throw failure;
      }
    }

    async say(body) {
      await this.begin();
      return this.api.call("POST", "messages", this.state.token, body);
    }

    add(entry) {
      this.memory.save({ entries: [...this.state.entries, entry] });
      return entry;
    }

    /** Tell whether the answer of an entry helped; Failure when it is not recorded. */
    async judge(entry, helpful) {
      await this.api.call("POST", "feedback", this.state.token, { turn: entry.turn, helpful });
      entry.ask_feedback = false;
      this.memory.save({});
    }

    /** Erase on the server, then here; return what to tell. Failure: nothing is erased. */
    async erase() {
      let told = SAY.erased;
      try {
        if (this.state.token) await this.api.call("DELETE", "conversation", this.state.token);
      } catch (failure) {
        if (failure.status !== 401) throw failure;
        told = SAY.erasedHere;
      }
      this.memory.forget();
      return told;
    }

    /** Return the conversation as plain text, to copy or print. */
    transcript() {
      const said = ({ who, text, messages, sources }) => [
        ...(messages ? messages.map((message) => message.text) : [text]),
        ...(sources || []).map(({ title, href }) => `(${title}\u00a0: ${this.api.link(href)})`),
      ];
      const authors = { me: "Vous", bot: "Assistant automatique", note: "Information" };
      return this.state.entries
        .map((entry) => `${authors[entry.who]}, ${clock(entry.at)}\n${said(entry).join("\n")}`)
        .join("\n\n");
    }
  }

  /* ---- What is seen ------------------------------------------------------------- */

  class CimentoChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return; // moved within the page
      const server = this.getAttribute("server");
      const base = server ? new URL("chat/", server.replace(/\/*$/, "/")) : new URL(".", SCRIPT.src);
      const memory = new Memory(`cimento-chat ${base}`, () => this.show());
      this.api = new Api(base);
      this.conversation = new Conversation(this.api, memory);
      this.build(this.getAttribute("title") || TITLE);
    }

    get state() {
      return this.conversation.state;
    }

    /* -- building -- */

    build(title) {
      this.launcher = button(
        "Poser une question", () => this.open(),
        { class: "launcher", "aria-haspopup": "dialog" }, icon("chat"),
      );
      this.log = el("div", {
        class: "log", role: "log", "aria-live": "polite", "aria-label": "Conversation", tabindex: 0,
      });
      // Alarms are said here, at once and once; in the log their entries stay silent.
      this.alert = el("div", { class: "unseen", role: "alert" });
      this.panel = el(
        "dialog",
        {
          class: "panel", "aria-labelledby": "title",
          onclose: () => this.closed(),
          onkeydown: (event) => event.key === "Escape" && this.panel.close(),
        },
        el(
          "header", {},
          el("div", {}, el("h2", { id: "title" }, title), el("p", {}, "Assistant automatique")),
          button("Fermer", () => this.panel.close(), { class: "quiet" }, icon("close")),
        ),
        el(
          "div", { class: "tools", role: "group", "aria-label": "Conversation" },
          button("Copier", () => this.copy(), { class: "quiet" }),
          button("Imprimer", () => this.print(), { class: "quiet" }),
          button("Effacer la conversation", () => this.confirm.showModal(), { class: "quiet" }),
        ),
        this.log, this.alert, this.buildNotice(), this.buildForm(),
      );
      this.confirm = this.buildConfirmation();
      // The empty title keeps the element's own from showing as a tooltip everywhere.
      const all = el(
        "div", { lang: "fr", title: "", hidden: "" },
        this.launcher, this.panel, this.confirm,
      );
      const ready = () => {
        all.hidden = false;
        this.show();
        this.restore();
      };
      const style = el("link", {
        rel: "stylesheet", href: new URL("cimento-chat.css", SCRIPT.src).href,
        onload: ready, onerror: ready, // plain is better than none
      });
      this.attachShadow({ mode: "open" }).append(style, all);
    }

    buildNotice() {
      this.status = el("p", { role: "status" });
      this.again = button("Réessayer", () => this.retry(), { class: "primary" });
      this.service = el("a", { class: "call" });
      this.notice = el("div", { class: "notice" }, this.status, this.again, this.service);
      return this.notice;
    }

    buildForm() {
      this.box = el("textarea", {
        id: "box", rows: 2, "aria-describedby": "counter", autocomplete: "off",
        oninput: () => {
          this.conversation.memory.save({ draft: this.box.value });
          this.count();
        },
        onkeydown: (event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          this.sendBox();
        },
      });
      this.counter = el("p", { id: "counter", class: "counter" });
      return el(
        "div", { class: "form" },
        el("label", { for: "box" }, "Votre question (sans nom ni numéro)"),
        el(
          "div", { class: "line" },
          this.box,
          button("Envoyer", () => this.sendBox(), { class: "primary" }, icon("send")),
        ),
        this.counter,
      );
    }

    buildConfirmation() {
      const close = () => this.confirm.close();
      return el(
        "dialog", { class: "confirm", "aria-labelledby": "sure" },
        el("p", { id: "sure" }, "Effacer toute la conversation, sur cet écran et sur le serveur\u00a0?"),
        button("Effacer", () => (close(), this.erase()), { class: "primary" }),
        button("Annuler", close, { autofocus: "" }),
      );
    }

    /* -- opening and closing -- */

    restore() {
      const { open } = this.state;
      // On a small screen an open chat hides the page: the reader opens it.
      const atLoad = this.hasAttribute("open") && !matchMedia(FULL_SCREEN).matches;
      if (open ?? atLoad) this.open(false);
    }

    /** Open the panel; `focus`: because the reader asked. */
    open(focus = true) {
      if (matchMedia(FULL_SCREEN).matches) this.panel.showModal(); // the page is hidden
      else this.panel.setAttribute("open", "");
      this.launcher.hidden = true;
      this.conversation.memory.save({ open: true });
      if (focus) this.focusBox();
      this.scrollToLast();
      if (!this.state.welcome) this.begin();
    }

    closed() {
      this.launcher.hidden = false;
      this.launcher.focus();
      this.conversation.memory.save({ open: false });
    }

    /** Focus the box; on a touch screen the log, or the keyboard would hide the answer. */
    focusBox() {
      (matchMedia("(pointer: coarse)").matches ? this.log : this.box).focus();
    }

    async begin() {
      this.tell("");
      try {
        await this.conversation.begin();
        this.show();
      } catch (failure) {
        this.complain(failure, () => this.begin());
      }
    }

    /* -- showing -- */

    /** Show the whole conversation, as the state has it. */
    show() {
      const { welcome, entries, draft } = this.state;
      this.log.replaceChildren();
      if (welcome) this.log.append(this.bubble(this.shown(welcome.greeting)));
      if (welcome && !entries.length) this.log.append(this.suggestions(welcome.suggestions));
      for (const entry of entries) this.place(entry);
      this.box.value = draft;
      this.count();
      this.tell("");
      this.scrollToLast();
    }

    /** Add one entry. What the last answer offered goes once there is a newer one. */
    place(entry) {
      for (const old of this.log.querySelectorAll(".live"))
        if (entry.who === "me") old.hidden = true;
        else old.remove();
      this.log.append(this.entry(entry));
    }

    /** Remove the message that got no answer, now back in the box if it was typed. */
    takeBack() {
      this.log.querySelector(".me:last-child")?.remove();
      for (const offered of this.log.querySelectorAll(".live")) offered.hidden = false;
      this.box.value = this.state.draft;
      this.count();
    }

    /** Bring the last question to the top, so that its answer is read from the start. */
    scrollToLast() {
      const mine = this.log.querySelectorAll(".me");
      if (!mine.length) return;
      // scrollIntoView would also scroll the panel itself, and hide its header.
      const low = getComputedStyle(this.log).overflowY === "visible";
      const scroller = low ? this.panel : this.log;
      const top = (node) => node.getBoundingClientRect().top;
      scroller.scrollTop += top(mine[mine.length - 1]) - top(scroller) - 8;
    }

    bubble(content, kind = "") {
      return el("div", { class: `bubble ${kind}` }, ...content);
    }

    suggestions(moments) {
      const group = ({ moment, questions }) =>
        el(
          "details", { name: "moment" },
          el("summary", {}, moment),
          ...questions.map((text) => button(text, () => this.send({ text }), { class: "choice" })),
        );
      return el(
        "div", { class: "live suggestions", "aria-live": "off" },
        el("p", {}, "Des questions, selon le moment\u00a0:"), ...moments.map(group),
      );
    }

    entry(entry) {
      if (entry.who === "note") return el("p", { class: "note" }, entry.text);
      const mine = entry.who === "me";
      const silent = mine || this.urgent(entry);
      const time = el("time", { datetime: new Date(entry.at).toISOString() }, clock(entry.at));
      return el(
        "div", { class: `entry ${entry.who}`, "aria-live": silent ? "off" : null },
        el("p", { class: "author" }, mine ? "Vous" : "Assistant automatique", " · ", time),
        mine
          ? this.bubble([el("p", {}, entry.text)])
          : this.bubble(this.answer(entry), ALARMS[entry.escalation] && `alarm ${entry.escalation}`),
        !mine && this.followUp(entry),
      );
    }

    urgent({ escalation }) {
      return escalation === "medecin" || escalation === "urgence";
    }

    /** Return the elements of a text: paragraphs, lists, steps; its key words stand out. */
    shown({ text, blocks = [{ kind: "text", lines: [text] }], key }) {
      const line = (tag, text) => {
        const [before, ...after] = key ? text.split(key) : [text];
        return el(tag, {}, before, ...(after.length ? [el("strong", {}, key), after.join(key)] : []));
      };
      return blocks.flatMap(({ kind, lines }) => {
        if (kind === "text") return lines.map((text) => line("p", text));
        return el(kind === "list" ? "ul" : "ol", {}, ...lines.map((text) => line("li", text)));
      });
    }

    answer({ messages, escalation, sources, calls }) {
      const alarm = ALARMS[escalation];
      const [first, ...others] = messages.map((message) => this.shown(message));
      const call = ({ label, href }) =>
        el("a", { class: "call", href: this.api.link(href) }, icon("phone"), label);
      const numbers = calls.length > 0 && el("div", { class: "calls" }, ...calls.map(call));
      const source = ({ title, href }) =>
        el(
          "a",
          { class: "source", href: this.api.link(href), target: "_blank", rel: "noopener" },
          `Source\u00a0: ${title}`, icon("out"), el("span", { class: "unseen" }, " (nouvel onglet)"),
        );
      return [
        alarm && el("h3", {}, icon("alarm"), alarm),
        escalation === "urgence" && numbers, // before any reading
        ...first,
        escalation !== "urgence" && numbers,
        ...others.flat(),
        ...sources.map(source),
      ];
    }

    /** Return what the last answer alone offers: its buttons, and a question about itself. */
    followUp(entry) {
      const buttons = entry.messages.flatMap((message) => message.buttons || []);
      const judge = (label, helpful) => button(label, () => this.judge(entry, helpful));
      const question = "Ce message a-t-il répondu à votre question\u00a0?";
      return el(
        "div", { class: "live" },
        ...buttons.map(({ title, payload }) =>
          button(title, () => this.send({ text: title, payload }), { class: "choice" }),
        ),
        entry.can_be_easier &&
          button(SAY.simpler, () => this.send({ text: SAY.simpler }), { class: "choice" }),
        entry.ask_feedback &&
          el(
            "div", { class: "feedback", role: "group", "aria-label": question, "aria-live": "off" },
            el("p", {}, question), judge("Oui", true), judge("Non", false),
          ),
      );
    }

    /** Count the characters of the box when they near the limit; say so once. */
    count() {
      const most = this.state.welcome?.max_characters ?? Infinity;
      const length = [...this.box.value].length; // as the server counts: code points
      const excess = length - most;
      const near = length >= NEARLY_FULL * most;
      this.tooLong = excess > 0 && `${excess} caractère${excess > 1 ? "s" : ""} de trop.`;
      this.counter.textContent = near ? this.tooLong || `${length} sur ${most} caractères.` : "";
      if (near !== this.wasNear || !this.tooLong !== !this.wasTooLong)
        this.tell(this.tooLong ? `${URGENT} ${this.tooLong}` : this.counter.textContent);
      this.box.setAttribute("aria-invalid", Boolean(this.tooLong));
      [this.wasNear, this.wasTooLong] = [near, this.tooLong];
    }

    /** Say something in the status line, politely. */
    tell(text) {
      this.status.textContent = text;
      this.again.hidden = this.service.hidden = true;
      this.notice.classList.remove("failed");
    }

    /** Say what failed, with a way to try again when that makes sense. */
    complain(failure, retry, more = "") {
      const { service } = this.state.welcome || {};
      this.tell([failure.message, more].filter(Boolean).join(" "));
      this.notice.classList.add("failed");
      this.retry = retry;
      this.again.hidden = !failure.passing;
      this.service.hidden = !service;
      if (!service) return;
      this.service.href = this.api.link(service.href);
      this.service.replaceChildren(icon("phone"), `Appeler le service\u00a0: ${service.label}`);
    }

    /* -- doing -- */

    sendBox() {
      const text = this.box.value.trim();
      if (this.tooLong) this.tell(`${URGENT} ${this.tooLong} Raccourcissez votre message.`);
      else if (this.busy) this.tell(SAY.wait);
      else if (text) {
        this.box.value = "";
        this.conversation.memory.save({ draft: "" });
        this.count();
        this.send({ text });
      }
      this.focusBox();
    }

    /** Send a message and show what comes back; one at a time. */
    async send(message) {
      if (this.busy) return;
      this.busy = true;
      this.focusBox(); // before the button that was clicked goes away
      this.tell(SAY.typing);
      this.alert.replaceChildren();
      const dots = el("div", { class: "typing", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
      try {
        for await (const entry of this.conversation.ask(message)) {
          this.place(entry);
          if (entry.who === "me") this.log.append(dots);
          else dots.remove();
          this.scrollToLast();
          if (this.urgent(entry)) this.sound(entry);
        }
        this.tell("");
      } catch (failure) {
        dots.remove();
        this.takeBack();
        if (message.payload) this.complain(failure, () => this.send(message));
        else this.complain(failure, () => this.sendBox(), SAY.kept);
      } finally {
        this.busy = false;
      }
    }

    /** Announce an alarm to screen readers, in a panel that is open. */
    sound({ escalation, messages }) {
      if (!this.panel.open) this.open();
      this.alert.textContent = `${ALARMS[escalation]}. ${messages[0].text}`;
    }

    async judge(entry, helpful) {
      try {
        await this.conversation.judge(entry, helpful);
        this.log.querySelector(".feedback")?.remove();
        this.tell(SAY.thanks);
        this.focusBox();
      } catch (failure) {
        this.complain(failure, () => this.judge(entry, helpful), SAY.notJudged);
      }
    }

    async erase() {
      if (this.busy) return this.tell(SAY.wait);
      try {
        const told = await this.conversation.erase();
        this.alert.replaceChildren();
        this.show();
        this.tell(told);
        this.focusBox();
      } catch (failure) {
        this.complain(failure, () => this.erase(), SAY.notErased);
      }
    }

    async copy() {
      try {
        await navigator.clipboard.writeText(this.conversation.transcript());
        this.tell(SAY.copied);
      } catch {
        this.tell(SAY.notCopied); // an http page, or a reader who refused
      }
    }

    /** Print the conversation alone, from a frame of its own. */
    print() {
      const frame = el("iframe", { class: "unseen", title: "Conversation", "aria-hidden": "true" });
      this.shadowRoot.append(frame);
      const { contentDocument: paper, contentWindow: view } = frame;
      const text = paper.createElement("p");
      text.textContent = `${this.panel.querySelector("h2").textContent}\n\n${this.conversation.transcript()}`;
      text.style.cssText = "font: 12pt/1.5 sans-serif; white-space: pre-line";
      paper.documentElement.lang = "fr";
      paper.body.append(text);
      view.addEventListener("afterprint", () => frame.remove());
      view.print();
    }
  }

  if (customElements.get("cimento-chat")) return; // the script is there twice
  customElements.define("cimento-chat", CimentoChat);
  const addIfAbsent = () => {
    if (!document.querySelector("cimento-chat"))
      document.body.append(el("cimento-chat", { ...SCRIPT.dataset }));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", addIfAbsent);
  else addIfAbsent();
})();
