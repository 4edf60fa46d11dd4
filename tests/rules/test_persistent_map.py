"""The persistent mapping: each version stays unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from rules.persistent_map import MOST_CHANGED, with_item

CHANGES = st.lists(st.tuples(st.integers(0, 3 * MOST_CHANGED), st.integers()), max_size=40)


@given(st.integers(0, 3 * MOST_CHANGED), CHANGES, CHANGES)
def test_it_is_the_dict_that_the_same_changes_make(
    size: int, first: list[tuple[int, int]], then: list[tuple[int, int]]
) -> None:
    expected: Mapping[int, int] = dict.fromkeys(range(size), 0)
    mapping = expected
    for key, value in first:
        mapping, expected = with_item(mapping, key, value), {**expected, key: value}
    later = mapping
    for key, value in then:
        later = with_item(later, key, value)
    assert mapping == expected
    assert expected == mapping
    assert (list(mapping), len(mapping)) == (list(expected), len(expected))
    assert list(mapping.items()) == list(expected.items())
    assert all(key in mapping and mapping[key] == value for key, value in expected.items())
    assert later == {**expected, **dict(then)}


def test_many_changes_are_taken_over_into_the_base() -> None:
    mapping = with_item({}, 0, 0)
    for key in range(5 * MOST_CHANGED):
        mapping = with_item(mapping, key, key)
    assert mapping == {key: key for key in range(5 * MOST_CHANGED)}
    assert -1 not in mapping
