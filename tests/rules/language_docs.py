"""Where the plan language is described: how to write a plan, and the reference with its chapters."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "how-to" / "write-a-plan.md"
CHAPTERS = (DOCS / "reference" / "plan-language.md", *sorted((DOCS / "reference" / "plan-language").glob("*.md")))
PAGES = (GUIDE, *CHAPTERS)
