"""What helps to read: titles, voices, all questions, the preparation, another person, the page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.reader import Reader
from tests.browser.site import Site

DRIVING = "Quand puis-je conduire ?"
# A device's voices: one of the network, then French ones; `spoken` is what is read.
VOICES = """
    window.spoken = [];
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    const voices = %s;
    Object.defineProperty(window, "speechSynthesis", { value: {
        speaking: false,
        getVoices: () => voices,
        addEventListener: (_, heard) => heard(),
        speak(said) { this.said = said; this.speaking = true; spoken.push([said.voice.name, said.text]); },
        cancel() { this.speaking = false; this.said.onend(); },
    } });
"""
REMOTE = '{ name: "remote", lang: "fr-FR", localService: false }'
LOCAL = '{ name: "local", lang: "fr-FR", localService: true }'


def test_two_answers_have_their_titles_and_their_sources(reader: Reader) -> None:
    answer = reader.ask("je peux conduire et manger ?")
    expect(answer.locator("h3")).to_have_text(["Conduire après", "Manger et boire"])
    expect(answer.locator(".source")).to_have_count(2)
    answer.locator(".source").first.click()
    expect(reader.chat.locator("blockquote")).to_contain_text(["24 premières heures"])


def test_an_answer_that_is_too_hard_is_said_again_more_simply(phone: Reader) -> None:
    phone.open()
    phone.ask("Combien de temps rester au lit ?")
    phone.button("Non").click()
    phone.button("C'est trop compliqué").click()
    phone.chat.locator(".feedback").get_by_text("Plus simple").click()
    expect(phone.answers.nth(1)).to_contain_text("Vous devez rester comme cela")


def test_an_answer_to_another_question_leads_to_all_questions(reader: Reader) -> None:
    reader.ask(DRIVING)
    reader.button("Non").click()
    reader.button("Ce n'est pas ma question").click()
    reader.chat.locator(".feedback").get_by_text("Toutes les questions").click()
    expect(reader.page.get_by_role("dialog", name="Toutes les questions")).to_be_visible()


@pytest.mark.parametrize(
    ("voices", "read"), [(f"[{REMOTE}, {LOCAL}]", True), (f"[{REMOTE}]", False)]
)
def test_an_answer_is_read_aloud_by_a_voice_of_the_device_alone(
    new_reader: Callable[..., Reader], voices: str, read: bool
) -> None:
    reader = new_reader()
    reader.page.add_init_script(VOICES % voices)
    reader.visit()
    reader.open()
    reader.ask(DRIVING)
    reader.button("Lire à voix haute").click()
    if read:
        reader.button("Arrêter la lecture").click()
        expect(reader.button("Lire à voix haute")).to_be_visible()
        ((voice, text),) = reader.page.evaluate("spoken")
        assert voice == "local"
        assert text.startswith("Ne conduisez pas pendant les 24")
    else:
        expect(reader.status).to_contain_text("n'a pas de voix française")
        assert reader.page.evaluate("spoken") == []


def test_all_questions_are_found_by_a_word(reader: Reader) -> None:
    reader.ask(DRIVING)
    reader.tool("Toutes les questions")
    search = reader.page.get_by_role("searchbox", name="Chercher un mot")
    search.fill("  DOUCHE")
    expect(reader.chat.locator(".sheet .choice:visible")).to_have_text(
        "Quelle douche faut-il prendre ?"
    )
    expect(reader.chat.locator(".sheet").get_by_role("status")).to_have_text("1 question.")
    search.fill("hematome")
    expect(reader.chat.locator(".sheet .choice:visible")).to_have_count(1)
    search.fill("zz")
    expect(reader.chat.get_by_text("Aucune question avec ces mots.")).to_be_visible()
    search.fill("hématome")
    reader.chat.locator(".sheet .choice:visible").click()
    expect(reader.answers.nth(1)).to_contain_text("hématome")


def test_the_preparation_is_kept_printed_and_put_in_a_calendar(reader: Reader) -> None:
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.tool("Ma préparation")
    assert reader.chat.locator(".body").inner_text().startswith("Cochez ce qui est fait.")
    fasting = reader.page.get_by_role("checkbox", name="Soyez à jeun le matin")
    fasting.check()
    reader.page.get_by_label("Date de l'examen").fill("2026-03-01")
    dates = reader.chat.get_by_text("La veille :")
    expect(dates).to_have_text(
        "La veille : samedi 28 février 2026. L'examen : dimanche 1 mars 2026."
    )
    with reader.page.expect_download() as downloaded:
        reader.button("Ajouter à mon agenda").click()
    file = Path(downloaded.value.path()).read_bytes()
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    text = file.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 2
    eve, morning = text.split("END:VEVENT")[:2]
    assert "DTSTART;VALUE=DATE:20260228" in eve and "douche prescrite" in eve
    assert "jeun" not in eve
    assert "DTSTART;VALUE=DATE:20260301" in morning and "Soyez à jeun le matin" in morning
    reader.page.add_init_script("window.print = () => {}")  # no dialog of the system
    reader.button("Imprimer ma liste").click()
    paper = reader.page.frames[-1].locator("body").inner_text().replace("\u00a0", " ")
    assert "CHU de Bordeaux" in paper
    assert "☑ Soyez à jeun le matin\n« Soyez à jeun le matin de l’examen. »" in paper
    assert "☐ Prenez la douche prescrite" in paper
    assert "05 56 79 56 79" in paper
    assert not [url for url in asked if url.startswith("http") and "/messages" in url]
    reader.page.reload()
    reader.tool("Ma préparation")
    expect(fasting).to_be_checked()
    reader.button("Effacer ma préparation").click()
    expect(fasting).not_to_be_checked()
    assert "2026-03-01" not in str(reader.page.evaluate("Object.values(localStorage).join()"))


def test_who_asks_for_somebody_else_is_answered_so(reader: Reader) -> None:
    answer = reader.ask("mon père a 39")
    expect(answer.get_by_role("heading", name="Appelez immédiatement son médecin")).to_be_visible()
    said = reader.chat.get_by_role("alert").inner_text()
    assert "son médecin" in said and "votre médecin" not in said
    expect(reader.ask(DRIVING)).to_contain_text("désigne votre proche")
    reader.button("Menu").click()
    switch = reader.chat.locator(".menu").get_by_role("checkbox", name="Je suis un proche")
    expect(switch).to_be_checked()
    switch.uncheck()
    reader.button("Retour").click()
    expect(reader.ask(DRIVING)).not_to_contain_text("désigne votre proche")


def test_all_around_the_answers_is_worded_for_somebody_else(reader: Reader) -> None:
    """By the switch: what is suggested, the box, the list, what is printed and read. The words of
    the answers stay."""
    switch = reader.chat.locator(".log").get_by_role("checkbox", name="Je suis un proche")
    switch.check()
    expect(switch).to_be_focused()
    expect(reader.status).to_have_text("Ici, « vous » désigne votre proche.")
    expect(reader.chat.get_by_text("N'écrivez ni son nom, ni ses numéros")).to_be_visible()
    expect(reader.box).to_have_accessible_name("Votre question pour un proche (sans nom ni numéro)")
    reader.button("Mon proche doit-il être à jeun ?").click()
    answer = reader.answers.first.locator(".bubble")
    expect(answer.locator("p").first).to_have_text("Ici, « vous » désigne votre proche.")
    expect(answer).to_contain_text("Soyez à jeun le matin de l'examen")
    reader.tool("La préparation de mon proche")
    expect(reader.page.get_by_role("dialog", name="La préparation de mon proche")).to_be_visible()
    expect(reader.chat.locator(".sheet")).to_contain_text("désigne votre proche")
    expect(reader.page.get_by_role("checkbox", name="Soyez à jeun le matin")).to_be_visible()
    reader.page.add_init_script("window.print = () => {}")  # no dialog of the system
    reader.button("Imprimer sa liste").click()
    paper = reader.page.frames[-1].locator("body")
    expect(paper.locator("h1")).to_have_text("La préparation de mon proche")
    expect(paper).to_contain_text("désigne votre proche")
    reader.button("Retour").click()
    reader.tool("Je suis un proche")
    expect(reader.chat.locator(".menu").get_by_role("checkbox")).to_be_focused()
    expect(reader.chat.locator(".menu").get_by_text("Ma préparation")).to_be_visible()
    reader.button("Retour").click()
    expect(reader.box).to_have_accessible_name("Votre question (sans nom ni numéro)")
    expect(reader.chat.locator(".suggestions")).to_contain_text("Dois-je être à jeun ?")


def test_a_message_for_somebody_else_words_all_around_the_answers_so(reader: Reader) -> None:
    reader.ask("papa a 39, que dois-je faire ?")
    expect(reader.box).to_have_accessible_name("Votre question pour un proche (sans nom ni numéro)")
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.tool("Copier")
    expect(reader.status).to_have_text("La conversation est copiée.")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert "*** APPELEZ IMMÉDIATEMENT SON MÉDECIN ***\nIci, «\u00a0vous\u00a0» désigne" in copied
    assert "votre médecin" not in copied.partition("Source")[0]  # the sheet's own words
    reader.tool("La préparation de mon proche")
    expect(reader.button("Imprimer sa liste")).to_be_visible()


def test_a_wrong_guess_of_somebody_else_is_taken_back_in_one_touch(reader: Reader) -> None:
    reader.ask("ma mère peut conduire quand ?")
    reader.button("Non, c'est pour moi").click()
    expect(reader.status).to_have_text("Les réponses sont pour vous.")
    expect(reader.ask(DRIVING)).not_to_contain_text("désigne votre proche")


def test_an_answer_that_comes_while_closed_shows_on_the_launcher(reader: Reader) -> None:
    held: list[Route] = []
    reader.page.route("**/chat/messages", lambda route: held.append(route))
    reader.box.fill(DRIVING)
    reader.button("Envoyer").click()
    expect(reader.chat.locator(".typing")).to_be_visible()
    reader.button("Fermer").click()
    held[0].continue_()
    expect(reader.chat.locator(".badge")).to_have_text("1 nouvelle réponse")
    expect(reader.chat.locator(".unseen[role=status]")).to_have_text("1 nouvelle réponse")
    reader.launcher.click()
    expect(reader.answers.first).to_be_visible()
    reader.button("Fermer").click()
    expect(reader.chat.locator(".badge")).to_be_hidden()


def test_choices_are_not_announced_again_after_a_failure(reader: Reader) -> None:
    reader.ask("bonjour")
    reader.page.route("**/chat/messages", lambda route: route.abort("connectionrefused"))
    reader.chat.locator(".live > .choice").first.click()
    expect(reader.button("Réessayer")).to_be_visible()
    offered = reader.chat.locator(".live")
    expect(offered).to_be_visible()
    expect(offered).to_have_attribute("aria-live", "off")


def test_each_thing_is_said_once_in_one_place(reader: Reader) -> None:
    """Watch the live regions through a question, its sheet and a judgement."""
    reader.inside(
        """(root) => {
            window.said = [];
            const region = (node) => (node.closest ? node : node.parentElement).closest("[aria-live], [role=status], [role=alert], [role=log]");
            new MutationObserver((changes) => {
                for (const { target, addedNodes } of changes)
                    for (const node of addedNodes) {
                        const live = region(node.closest ? node : target);
                        if (live && live.getAttribute("aria-live") !== "off" && node.textContent.trim())
                            said.push([live.getAttribute("role") || "entry", node.textContent.trim()]);
                    }
            }).observe(root, { childList: true, subtree: true });
        }"""
    )
    reader.ask(DRIVING)
    reader.button("Non").click()
    reader.button("C'est incomplet").click()
    expect(reader.chat.locator(".feedback").get_by_role("link")).to_be_visible()
    said = reader.page.evaluate("said")
    assert [role for role, text in said if "24\u00a0premières heures" in text] == ["log"]
    assert [text for role, text in said if role == "status"] == [
        "L'assistant écrit…",
        "Merci, votre avis est enregistré.",
        "Merci, votre avis est enregistré.",
    ]
    assert not [text for _, text in said if "Qu'est-ce qui n'allait pas" in text]


def test_the_page_opens_asks_and_hears(new_reader: Callable[..., Reader], site: Site) -> None:
    reader = new_reader()
    site.tags = (
        f'<script src="{reader.url}/chat/cimento-chat.js" data-question="fasting" defer></script>'
    )
    reader.page.add_init_script(
        "window.heard = []; for (const what of ['open', 'close', 'answer'])"
        "addEventListener(`cimento-${what}`, ({ type, detail }) => heard.push([type, detail]))"
    )
    reader.goto(site.url)
    expect(reader.answers.first).to_contain_text("jeun")
    reader.chat.evaluate("(chat) => chat.open('driving')")
    expect(reader.answers.nth(1)).to_contain_text("24 premières heures")
    reader.chat.evaluate("(chat) => chat.close()")
    expect(reader.launcher).to_be_visible()
    heard = reader.page.evaluate("heard")
    assert [kind for kind, _ in heard] == ["cimento-open", *2 * ["cimento-answer"], "cimento-close"]
    assert heard[1][1] == {"topic": "fasting", "escalation": "none"}


def test_the_sheet_is_printed_with_the_day(reader: Reader) -> None:
    reader.page.goto(f"{reader.url}/chat/fiche")
    reader.page.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
    reader.page.get_by_role("button", name="Imprimer la fiche").click()
    expect(reader.page.locator("footer")).to_contain_text(re.compile(r"Imprimée le \d"))
    reader.page.emulate_media(media="print")
    expect(reader.page.locator("body")).to_have_css("font-size", re.compile(r"^18\.6"))
    expect(reader.page.get_by_role("navigation", name="Sommaire")).to_be_hidden()
