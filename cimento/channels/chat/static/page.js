/* What the sheet's page does by itself: print, with the day; go back to the conversation. */
"use strict";

const printer = document.querySelector(".print");
printer.hidden = false;
printer.addEventListener("click", () => print());
addEventListener("beforeprint", () => {
  const day = new Date().toLocaleDateString("fr-FR", { dateStyle: "long" });
  document.querySelector(".printed").textContent = ` Imprimée le ${day}.`;
});

// The chat leads here in the same tab: going back finds the conversation as it was.
document.querySelector(".back")?.addEventListener("click", (event) => {
  if (history.length < 2) return;
  event.preventDefault();
  history.back();
});
