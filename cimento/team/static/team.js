// À faire: say when there is something new, on a page that stays open. Nothing is changed by itself:
// somebody may be writing a note. Without this script there is « Actualiser ».
"use strict";

const EVERY = 20_000; // ms
const news = document.getElementById("news");

async function look() {
  try {
    const reply = await fetch("/equipe/a-faire/etat", { cache: "no-store", redirect: "error" });
    const { state, waiting } = await reply.json();
    document.title = `${waiting ? `(${waiting}) ` : ""}À faire – Suivi par SMS`;
    news.hidden = state === news.dataset.state;
    news.firstElementChild.textContent = "Il y a du nouveau.";
  } catch {
    news.hidden = false;
    news.firstElementChild.textContent = "Cette page n'est plus à jour.";
  }
}

setInterval(look, EVERY);
