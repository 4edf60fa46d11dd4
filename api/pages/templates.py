"""Jinja environment: autoescaping, strict undefined names, and filters for the visitor's language.

Templates get the API's response models and never domain objects, so that a page cannot show more than the API.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.pages.languages import Language, languages
from api.responses.next_acts import ActResponse
from api.responses.owed import OwedLineResponse

FOLDER = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
NONE = Markup("<span class='none'>-</span>")
"""The placeholder for a missing date."""


def render(language: Language, template: str, **shown: Any) -> str:
    """The page in a language."""
    return _environment(language.code).get_template(template).render(language=language, languages=languages(), **shown)


@cache
def _environment(code: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(languages()[code].texts, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    environment.filters |= {
        "prefilled": form_query,
        "place_of": _place_of,
        "when": _when,
        "day": _day,
        "date": _date,
        "words": _words,
        "said": _said,
        "paragraphs": _paragraphs,
    }
    environment.globals["static"] = static
    return environment


@pass_context
def _when(context: Context, at: datetime | None, relative: bool = True) -> Markup:  # noqa: FBT001, FBT002  a filter's argument
    """An instant in the plan's time zone, with UTC in the tooltip and the distance from now."""
    return _time(context, at, _language(context).moment, zone_shown=True, relative=relative)


@pass_context
def _day(
    context: Context,
    at: datetime | None,
    relative: bool = True,  # noqa: FBT001, FBT002  a filter's argument
    zone: str | None = None,
) -> Markup:
    """The day of an instant in the plan's time zone, or in another zone on pages of several plans."""
    return _time(context, at, _language(context).day, zone_shown=False, relative=relative, zone=zone)


@pass_context
def _date(context: Context, on: date | None) -> Markup:
    """A calendar day."""
    if on is None:
        return NONE
    return Markup("<time datetime='{}'>{}</time>").format(f"{on:%Y-%m-%d}", _language(context).date(on))


def _time(
    context: Context,
    at: datetime | None,
    write: Callable[[datetime, str], str],
    *,
    zone_shown: bool,
    relative: bool,
    zone: str | None = None,
) -> Markup:
    if at is None:
        return NONE
    zone, language = zone or str(context["zone"]), _language(context)
    shown = write(at, zone) + (f" {zone}" if zone_shown else "")
    far = Markup(" <span class='relative'>{}</span>").format(language.relative(at, context["at"])) if relative else ""
    return Markup("<time datetime='{}' title='{}'>{}</time>{}").format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M:%S} UTC", shown, far
    )


@pass_context
def _words(context: Context, code: str) -> str:
    """A code of the law (a status, a role, a kind) in the visitor's language."""
    return _said(context, code.replace("_", " "))


@pass_context
def _said(context: Context, sentence: str) -> str:
    """A sentence from Python code in the visitor's language."""
    return _language(context).texts.gettext(sentence)


def _paragraphs(text: str) -> Markup:
    """A text as HTML paragraphs with line breaks. Each paragraph's direction is set by its first strong character."""
    parts = (part.strip() for part in text.split("\n\n"))
    return Markup("").join(
        Markup("<p dir='auto'>{}</p>").format(Markup("<br>").join(escape(line) for line in part.splitlines()))
        for part in parts
        if part
    )


def form_query(act: ActResponse) -> str:
    """The query string that prefills the form of an act."""
    known = act.known | {
        f"{name}.{inner}": value
        for name, held in (act.body or {}).items()
        if isinstance(held, dict)
        for inner, value in held.items()
        if isinstance(value, str) and not value.startswith("<")
    }
    return f"?{urlencode(known)}" if known else ""


def _place_of(owed: OwedLineResponse) -> str:
    """The page on which an owed act is done."""
    match owed.kind:
        case "proposal":
            return f"/proposals/{quote(owed.name)}"
        case "dispute":
            return f"/disputes#{quote(owed.name)}"
        case "incident":
            return f"/incidents#{quote(owed.name)}"
        case "consent" | "advance" | "commitment":
            return ""
        case "agreement":
            return f"#date-{quote(owed.name)}"
        case _:
            return f"/milestones/{quote(owed.name)}"


def _language(context: Context) -> Language:
    found: Language = context["language"]
    return found


@cache
def static(name: str) -> str:
    """The URL of a static file with a hash of its content."""
    return f"/static/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
