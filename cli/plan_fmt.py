"""`accord plan fmt`: a formatter for plans and stories that keeps content, comments and order."""

import re
from pathlib import Path
from typing import Annotated

import typer

from cli.plan import UnusableInput, exit_with_faults, lines, load_document
from rules.language.reading import InvalidDocument, parse_document

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Plans and stories, YAML files.")]
OnlyCheck = Annotated[bool, typer.Option("--check", help="Change nothing; status 1 if something would be changed.")]

_BLANK_LINES = re.compile(r"\n{3,}")


def command(files: Files, *, only_check: OnlyCheck = False) -> None:
    """Put plans and stories into one form.

    Lines end alike and without blanks, blank lines stand alone, and a file ends with its last line. Words, comments and
    the order of fields stay; a file is left as it is where its text would read otherwise.
    """
    changed = [file for file in files if _put_in_form(file, only_check=only_check)]
    for file in changed:
        typer.echo(f"{file}: {'would be changed' if only_check else 'changed'}.")
    if only_check and changed:
        raise typer.Exit(1)


def _put_in_form(file: Path, *, only_check: bool) -> bool:
    try:
        found = load_document(file)
    except UnusableInput as reason:
        exit_with_faults(str(reason))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, file))
    text = format_text(found.text)
    written = file.read_bytes()
    if text.encode() == written or parse_document(text).data != found.data:
        return False
    if not only_check:
        file.write_bytes(text.encode())
    return True


def format_text(text: str) -> str:
    """The formatted text."""
    plain = "\n".join(line.rstrip(" ") for line in text.replace("\r\n", "\n").split("\n"))
    return _BLANK_LINES.sub("\n\n", plain).strip("\n") + "\n"
