"""Which parts of a whole may be told apart: enough people in each, and enough left."""

from app.rules.masking import told_apart


def people(first: int, number: int) -> frozenset[object]:
    return frozenset(range(first, first + number))


def test_a_part_is_told_from_the_threshold_on() -> None:
    parts = {"a": people(0, 11), "b": people(100, 11), "c": people(200, 10), "d": people(300, 1)}
    assert told_apart(parts, (), 11) == {"a", "b"}


def test_few_left_are_joined_by_the_smallest_told_part() -> None:
    parts = {"a": people(0, 12), "b": people(100, 11), "c": people(200, 10)}
    assert told_apart(parts, (), 11) == {"a"}
    assert told_apart({"a": people(0, 11), "b": people(100, 11), "c": people(200, 1)}, (), 11) == {"a"}


def test_those_without_a_place_are_left_too() -> None:
    assert told_apart({"a": people(0, 11)}, people(100, 1), 11) == frozenset()
    assert told_apart({"a": people(0, 11)}, people(100, 11), 11) == {"a"}


def test_everybody_in_told_parts_leaves_nobody() -> None:
    parts = {"a": people(0, 11), "b": people(100, 30)}
    assert told_apart(parts, (), 11) == {"a", "b"}
    assert told_apart({}, (), 11) == frozenset()


def test_a_mover_is_one_person_among_those_left() -> None:
    """Ten people in two small parts are still ten."""
    parts = {"a": people(0, 11), "b": people(100, 10), "c": people(100, 10)}
    assert told_apart(parts, (), 11) == frozenset()


def test_one_part_joined_is_enough_even_where_a_person_left_has_also_lived_in_it() -> None:
    parts = {"a": people(0, 11), "b": people(100, 30), "c": people(0, 1)}
    assert told_apart(parts, (), 11) == {"b"}
