"""The parts of a wording: paragraphs, lists and steps."""

from cimento.answers.structure import blocks


def test_lines_lists_and_steps_are_told_apart() -> None:
    text = "Apportez :\n- vos analyses ;\n- la liste.\nPuis :\n1) Entrez.\n2) Attendez.\n\nFin."
    assert blocks(text) == [
        {"kind": "text", "lines": ["Apportez :"]},
        {"kind": "list", "lines": ["vos analyses ;", "la liste."]},
        {"kind": "text", "lines": ["Puis :"]},
        {"kind": "steps", "lines": ["Entrez.", "Attendez."]},
        {"kind": "text", "lines": ["Fin."]},
    ]


def test_a_dash_inside_a_line_is_no_item() -> None:
    assert blocks("Rendez-vous - ou pas.") == [{"kind": "text", "lines": ["Rendez-vous - ou pas."]}]
