/* What is asked of the server (openapi.yml). */

import { SAY } from "./words.js";

const PATIENCE = 30 * 1000; // ms for one request; the server itself gives up sooner

/** A request that failed. `message` is French, to show; `status` 0: no answer at all. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return [0, 408, 429].includes(this.status) || this.status >= 500;
  }
}

export class Api {
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
