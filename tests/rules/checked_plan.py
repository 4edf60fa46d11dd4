"""The small plan with a check of its indicator."""

from __future__ import annotations

from typing import Any

from tests.rules.small_plan import PLAN

CHECKED: dict[str, Any] = PLAN | {
    "plan": "watched-truce",
    "hosts": ["observatory.example"],
    "sources": {
        "yearbook": {
            "title": "The Observatory's yearbook",
            "producer": "Observatory",
            "licence": "CC0",
            "adapter": "stand-in",
            "settings": {"url": "http://127.0.0.1:1/smoke.json"},
        }
    },
    "checks": {
        "smoke": {
            "title": "Smoke, as the Observatory says",
            "source": "yearbook",
            "figures_of": "smoke",
            "runs": {"every": "P1W", "released": {"months": [10, 11]}, "overdue_after": "P14D"},
        }
    },
}
"""The adapter `stand-in` is one that tests bring."""
