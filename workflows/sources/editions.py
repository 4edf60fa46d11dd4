"""The edition of an answer, as its producer declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.language.sources import Edition
from rules.language.sources.expressions import first_at
from rules.language.sources.templates import fill_template
from workflows.sources.answers import Answer
from workflows.sources.figures import UnusableAnswer
from workflows.sources.strict_json import UnreadableAnswer, parse, stored


def edition_of(
    edition: Edition, values: Mapping[str, str], rows: Sequence[Answer], beside: Sequence[Answer], content: Any
) -> str:
    """The edition. `content` is the first answer as data, `beside` those of the edition's URL. Raises UnusableAnswer."""
    if edition.label is not None:
        return stored(fill_template(edition.label, values), 200)
    if edition.header is not None:
        said: Any = rows[0].fetch.headers.get(edition.header)
        where = f"the header {edition.header}"
    else:
        where = f"{edition.at} of {'the description' if edition.url else 'the answer'}"
        said = first_at(_description(beside) if edition.url else content, edition.at or "", values)
    text = "" if said is None or isinstance(said, dict | list) else str(said)
    if edition.up_to is not None:
        text = text.partition(edition.up_to)[0]
    if not (text := stored(text, 200)):
        raise UnusableAnswer("unparseable", f"{where} does not say the edition")
    return text


def _description(beside: Sequence[Answer]) -> Any:
    if not beside:
        raise UnusableAnswer("unparseable", "the description that says the edition is not among the answers")
    try:
        return parse(beside[0].body)
    except UnreadableAnswer as fault:
        raise UnusableAnswer("unparseable", f"in the description, {fault}") from None


def split_answers(answers: Sequence[Answer], is_beside: Callable[[str], bool]) -> tuple[list[Answer], list[Answer]]:
    """Splits answers into those with rows and those of another URL."""
    beside = [answer for answer in answers if is_beside(answer.fetch.url)]
    return [answer for answer in answers if answer not in beside], beside
