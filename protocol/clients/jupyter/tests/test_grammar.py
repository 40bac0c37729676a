"""What cells mean."""

import pytest

from lucarne_kernel.commands import Session, method_names
from lucarne_kernel.grammar import CellError, Command, Raw, Text

READ = Session("none").statements


def test_a_command_has_words_options_and_clauses():
    (found,) = READ('attribute " No" vs " Yes" verify = 3 by token')
    assert found == Command("attribute", 1, [" No"], {"verify": "3"}, {"vs": " Yes", "by": "token"})
    assert isinstance(found.positional[0], Text)


def test_latents_are_assigned_and_listed():
    (steered, ablated) = READ("steer 123 = 50, 7=-1.5 in picture\n\n# a comment\nablate 1, 2,3")
    assert steered.assigned == {"123": "50", "7": "-1.5"} and steered.clauses == {"in": "picture"}
    assert ablated.positional == ["1", "2", "3"] and ablated.line == 4


def test_quoted_words_are_no_keywords():
    (found,) = READ('search "vs" "in"')
    assert found.positional == ["vs", "in"]
    (found,) = READ(r'open "a \"b\".png" "line\nline =, x"')
    assert found.positional == ['a "b".png', "line\nline =, x"]


def test_methods_take_json_over_several_lines():
    cell = 'kernel/status\nindex/search {\n  "query": {"text": "}"},\n  "limit": 3\n}\nhelp'
    assert READ(cell) == [
        Raw("kernel/status", {}, 1),
        Raw("index/search", {"query": {"text": "}"}, "limit": 3}, 2),
        Command("help", 6),
    ]


@pytest.mark.parametrize(
    "cell, incomplete",
    [
        ('index/search {"query": {', True),
        ('index/search {"query": }', False),
        ("index/search [1]", False),
        ('open "never closed', False),
        ("steer 1 =", False),
        ("steer = 3", False),
        ('attribute "a" vs', False),
        ('open "\\x"', False),
    ],
)
def test_what_cannot_be_read_is_an_error(cell, incomplete):
    with pytest.raises(CellError) as caught:
        READ(cell)
    assert caught.value.incomplete is incomplete


def test_methods_are_known_by_name():
    names = method_names()
    assert "attribution/compute" in names and "rpc.discover" in names
    assert "context/generate" in names and not any(each.startswith("initialize") for each in names)
