"""Signing an act: preview, confirmation, and recording bound to the previewed effects."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.options import AsJson
from cli.remote.client import REFUSED, Client, exit_with, run_question
from cli.remote.completion import Named
from cli.remote.tables import as_json, console, doer
from cli.service import Refused

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Sign without a question.")]
OnlyPreview = Annotated[bool, typer.Option("--preview", help="Say what it would do, and sign nothing.")]
Key = Annotated[
    str | None,
    typer.Option(help="Of an earlier attempt that had no answer: sends it again, without a preview.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class ToSign:
    """An act: its path below the program, and its body.

    `first` asks for or uploads further fields and returns them.
    """

    path: str
    body: dict[str, Any] = field(default_factory=dict)
    first: Callable[[Client, str], Awaitable[dict[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class SigningOptions:
    """Options of signing."""

    yes: bool = False
    preview: bool = False
    json: bool = False
    key: str | None = None


def signing_command(act_of: Callable[..., ToSign]) -> Callable[..., None]:
    """A command that signs the act which `act_of` builds from the arguments and options."""

    def command(program: str, *, yes: bool, preview: bool, json: bool, key: str | None, **said: Any) -> None:
        act, options = act_of(**said), SigningOptions(yes=yes, preview=preview, json=json, key=key)
        run_question(lambda client: _in_program(client, program, act, options))

    own = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in inspect.signature(act_of, eval_str=True).parameters.values()
    ]
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter("program", place, annotation=Named), *own]
    options = {"yes": (Yes, False), "preview": (OnlyPreview, False), "json": (AsJson, False), "key": (Key, None)}
    for name, (annotation, default) in options.items():
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    # Typer derives arguments and options from the signature.
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__name__, command.__doc__ = act_of.__name__, act_of.__doc__
    return command


async def _in_program(client: Client, named: str, act: ToSign, options: SigningOptions) -> None:
    program = await client.program(named)
    body = act.body | (await act.first(client, program) if act.first else {})
    said = {name: value for name, value in body.items() if value is not None}
    await sign(client, f"/programs/{program}/{act.path}", said, options)


async def sign(client: Client, path: str, body: dict[str, Any], options: SigningOptions, *, binds: bool = True) -> None:
    """Previews an act, asks, and records it. Raises Refused or NoResponse; exits when the user does not confirm.

    `binds`: the route takes the hash of the previewed effects, and refuses others.
    """
    key, bound = options.key or str(uuid4()), dict[str, str]()
    while True:
        if options.key is None:
            shown = await client.preview(path, body, key)
            if options.preview:
                as_json(shown) if options.json else _show(shown)
                return
            _show(shown, aside=options.json)
            if not options.yes:
                _question(shown)
            bound = {"effects": shown["effects"]} if binds else {}
        try:
            receipt = await client.act(path, body, key, **bound)
        except Refused as refused:
            if refused.code != "effects_changed" or options.yes:
                raise
            typer.echo("accord: something has happened in the meantime; its effects are others now:", err=True)
        else:
            as_json(receipt) if options.json else _confirm(receipt.get("receipt", receipt))
            return


def _question(shown: dict[str, Any]) -> None:
    """Exits unless the user confirms."""
    signer = next((entry["actor"] for entry in shown["entries"] if entry.get("actor")), None)
    try:
        agreed = typer.confirm(f"Sign it{' as ' + doer(signer) if signer else ''}?", err=True)
    except typer.Abort:
        exit_with("nobody answered, and nothing was recorded; --yes signs without a question", REFUSED)
    if not agreed:
        exit_with("nothing was recorded", REFUSED)


def _show(shown: dict[str, Any], *, aside: bool = False) -> None:
    """Prints the preview: the act and its effects."""
    paper = console(errors=aside)
    paper.print("This would be recorded:" if shown["entries"] else "Nothing would change.")
    for entry in shown["entries"]:
        paper.print(f"  {entry['sentence']}" if entry.get("actor") else f"  - {entry['sentence']}")


def _confirm(receipt: dict[str, Any]) -> None:
    first, last = receipt["first_seq"], receipt["last_seq"]
    where = f"entry {last}" if first == last else f"entries {first} to {last}"
    before = "had been recorded before" if receipt["repeated"] else "is recorded"
    paper = console()
    paper.print(f"It {before}: {where}, under the key {receipt['act']}.\nHead, to be kept: {receipt['head']}")
    for missing in receipt["missing"]:
        paper.print(f"Still missing: {missing['sentence']}")
