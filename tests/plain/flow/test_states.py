"""The states of a document: each has a way out or is an end, each set means what it says."""

from __future__ import annotations

import re

from kkt.flow import states
from kkt.flow.states import TRANSITIONS, State


def test_the_docstring_is_the_table() -> None:
    told = {
        (State(row[1]), State(target))
        for row in re.finditer(r"^(\w+) {2,}([\w, ]+?) {3,}", states.__doc__ or "", re.MULTILINE)
        if row[1] in list(State)
        for target in row[2].split(", ")
    }
    assert told == {(origin, end) for origin, ends in TRANSITIONS.items() for end in ends}


def test_every_state_has_its_transitions_and_its_tone() -> None:
    assert set(TRANSITIONS) == set(states.TONES) == set(State)


def test_what_is_signed_stays_signed() -> None:
    for origin in states.SIGNED:
        assert set(TRANSITIONS[origin]) <= set(states.SIGNED)


def test_nothing_doubtful_can_be_given_up_but_by_a_decision() -> None:
    assert states.origins_of(State.CANCELLED) == (State.QUEUED, State.MANUAL, State.FAILED)


def test_a_document_is_unfinished_or_has_ended() -> None:
    assert set(states.UNFINISHED) | set(states.ENDED) == set(State)
    assert not set(states.UNFINISHED) & set(states.ENDED)


def test_sql() -> None:
    assert states.sql_list(states.UNSIGNED) == "('queued', 'failed')"
