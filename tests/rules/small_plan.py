"""A small plan for tests of the law: one party acts, the other answers, stability is kept, a program opens."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from rules import acts as a
from rules.decide import Decided, decide
from rules.program import Program
from rules.refusals import Refused

PLAN: dict[str, Any] = {
    "accord": 1,
    "plan": "truce",
    "title": "Truce and trade",
    "source": "Written for tests",
    "time_zone": "Asia/Baghdad",
    "parameters": {"quiet": {"default": "P30D", "why": "The text says: for some time."}},
    "parties": {"north": {"name": "North"}, "south": {"name": "South"}},
    "bodies": {"commission": {"name": "Joint commission", "members": ["north", "south"]}},
    "non_parties": {"bands": {"name": "Armed bands"}},
    "severities": ["minor", "serious", "grave"],
    "incidents": {"attack": {"title": "Attack"}, "strike": {"title": "Strike"}, "blockade": {"title": "Blockade"}},
    "indicators": {
        "smoke": {
            "title": "Smoke",
            "producer": "Observatory",
            "unit": "kt",
            "better": "lower",
            "baseline": {"value": "100", "period": "2020", "edition": "2021"},
            "oldest": "P3Y",
            "source": "made up",
            "licence": "CC0",
        }
    },
    "commitments": {
        "moratorium": {
            "title": "No attacks",
            "outside_control": True,
            "in_force": {"program": True},
            "broken_by": [{"kinds": ["attack"], "at_least": "serious"}],
        }
    },
    "procedures": {
        "joint": {
            "title": "Both parties",
            "proposed_by": ["north", "south"],
            "adopted_when": [{"consent": ["north", "south"]}],
            "on_behalf": {"north": "commission"},
            "within": "P90D",
        },
        "quiet": {
            "title": "Unless somebody objects",
            "proposed_by": ["south"],
            "adopted_when": [{"consent": ["north", "south"]}],
            "vetoed_by": ["north"],
            "silence": "P14D",
        },
        "one": {
            "title": "Either party",
            "proposed_by": ["commission"],
            "adopted_when": [{"at_least": {"count": 1, "of": [{"consent": ["north"]}, {"consent": ["south"]}]}}],
        },
    },
    "scales": {
        "review": {"title": "Review", "grades": {"met": "met", "partly": "partly", "waived": "unknown"}},
        "stars": {"title": "Stars", "grades": {"three": "met", "two": "partly", "one": "partly", "none": "not_met"}},
    },
    "assessors": {
        "fund": {"title": "The Fund", "scale": "review"},
        "scholars": {"title": "Scholars", "scale": "stars"},
    },
    "disputes": {
        "compliance": {
            "title": "Whether what was agreed is done",
            "stages": {
                "commission": {
                    "title": "The commission",
                    "before": ["commission"],
                    "within": "P15D",
                    "extended_by": "joint",
                },
                "ministers": {"title": "The ministers", "before": ["north", "south"], "within": "P15D"},
            },
        }
    },
    "snapbacks": {
        "relief": {
            "title": "Relief ends",
            "invoked_by": ["south"],
            "only_after": "compliance",
            "within": "P30D",
            "kept_by": "joint",
            "then": "suspend",
        }
    },
    "amendments": {
        "wording": {"procedure": "one", "may_change": ["**.title"]},
        "substance": {"procedure": "joint"},
    },
    "phases": {
        "move": {
            "title": "First move",
            "milestones": {
                "announced": {
                    "title": "Announced",
                    "party": "north",
                    "shown_by": {
                        "text": {"kind": "document", "what": "the announcement"},
                        "word": {"kind": "attestation", "what": "that it is meant", "by": ["north"]},
                    },
                    "verified_by": ["south"],
                    "determined": {"by": ["commission"]},
                }
            },
        },
        "answer": {
            "title": "Answer",
            "entry": [{"phase": "move"}],
            "when_gate_closes": "step_back",
            "milestones": {
                "safety": {
                    "title": "Safety guaranteed",
                    "party": "south",
                    "shown_by": {"order": {"kind": "document", "what": "the order", "may_be_restricted": True}},
                    "verified_by": ["north"],
                    "determined": {"by": ["commission"], "observation": "P7D"},
                    "due": {
                        "within": "P60D",
                        "from": {"phase": "answer", "becomes": "open"},
                        "paused_while_broken": ["moratorium"],
                        "extended_by": "quiet",
                    },
                    "waived_by": "joint",
                }
            },
        },
        "quiet": {
            "title": "Quiet",
            "entry": [{"phase": "answer"}],
            "stability": {
                "length": "$quiet",
                "settling": "P2D",
                "restarted_by": [{"kinds": ["attack", "strike"], "at_least": "serious"}],
                "paused_by": [{"kinds": ["blockade"]}],
            },
        },
        "aid": {
            "title": "Aid",
            "entry": [{"phase": "move"}, {"no_snapback": "relief"}],
            "exit": [{"phase": "peace"}],
            "when_gate_closes": "step_back",
        },
        "peace": {"title": "Peace", "entry": [{"phase": "trade"}, {"no_open_dispute": "compliance"}]},
        "trade": {
            "title": "Trade",
            "opens": "on_advance",
            "entry": [{"stability": "quiet"}, {"commitment": "moratorium"}, {"consent": ["north", "south"]}],
            "milestones": {
                "cleaner": {
                    "title": "Less smoke",
                    "party": "south",
                    "shown_by": {
                        "figure": {
                            "kind": "measurement",
                            "what": "smoke fell",
                            "indicator": "smoke",
                            "target": {"change": "-10%", "unit": "kt"},
                        }
                    },
                    "verified_by": ["north"],
                    "determined": {"automatically": True},
                }
            },
        },
    },
}

TIMETABLE: dict[str, Any] = {
    "calendar": {"recess": {"title": "Recess", "from": "2025-03-13T00:00:00+03:00", "to": "2025-03-16T00:00:00+03:00"}},
    "phases__quiet__stability__paused_in": ["recess"],
    "procedures__quiet__paused_in": ["recess"],
    "phases__answer__milestones__safety__due": {
        "earliest_of": [
            {"within": "P20D", "from": {"phase": "answer", "becomes": "open"}},
            {"within": "P15D", "from": {"program": True}},
        ],
        "paused_while_broken": ["moratorium", "ceiling"],
        "resumes_after": "P3D",
        "paused_in": ["recess"],
        "extended_by": "quiet",
        "force": "long_stop",
        "when_missed": "suspend",
    },
    "inactivity": {
        party: {
            "within": "P8D",
            "qualifying": ["evidence_recorded", "evidence_verified", "observation_made"],
            "horizon": "P5D",
            "paused_in": ["recess"],
        }
        for party in ("north", "south", "commission")
    },
    "commitments__ceiling": {
        "title": "No more than ninety kt",
        "party": "south",
        "in_force": {"program": True},
        "kept_while": [{"figure": {"indicator": "smoke", "at_most": "90", "unit": "kt"}}],
    },
}
"""Changes of the plan by path: a long stop with everything that moves it, a ceiling that a figure
keeps or breaks, and clocks of inactivity."""

WINDOWS: dict[str, Any] = {
    "agreed_dates": {
        "signing": {
            "title": "The day of the signing",
            "not_before": {"within": "P3D", "from": {"phase": "answer", "becomes": "open"}},
            "not_after": {"within": "P25D", "from": {"program": True}},
            "agreed_by": "joint",
            "when_missed": "suspend",
        }
    },
    "phases__rites": {
        "title": "Rites",
        "opens": "on_advance",
        "entry": [
            {"not_before": {"within": "P0D", "from": {"agreed": "signing"}}},
            {"not_after": {"within": "P6D", "from": {"agreed": "signing"}}},
        ],
        "milestones": {
            "signed": {
                "title": "Signed",
                "party": "north",
                "shown_by": {"text": {"kind": "statement", "what": "the text"}},
                "verified_by": ["south"],
                "determined": {"automatically": True},
                "due": {
                    "earliest_of": [
                        {"within": "P0D", "from": {"agreed": "signing"}},
                        {"within": "P9D", "from": {"finding": "announced", "is": "not_met"}},
                    ],
                    "extended_by": "quiet",
                    "when_missed": "warn",
                },
            }
        },
    },
    "phases__thanks": {
        "title": "Thanks",
        "entry": [
            {"days_late": {"milestone": "safety", "at_most": 2, "against": "revised"}},
            {"any": [{"not_after": {"within": "P40D", "from": {"program": True}}}, {"milestone": "signed"}]},
        ],
        "when_gate_closes": "step_back",
        "exit": [{"not_after": {"within": "P50D", "from": {"program": True}}}, {"phase": "answer"}],
    },
}
"""Changes of the plan by path: a day that is agreed on, phases with windows, and a gate that asks how late something was."""

DUTIES: dict[str, Any] = {
    "phases__answer__milestones__safety__party": ["north", "south"],
    "phases__answer__milestones__safety__verified_by": ["north", "south"],
    "phases__answer__milestones__safety__shown_by__order__by": ["south"],
    "phases__answer__milestones__safety__determined": {
        "by": ["commission", "north", "south"],
        "agree": "majority",
        "weights": {"commission": 2},
        "observation": "P7D",
    },
    "phases__answer__milestones__safety__owed_while": [{"no_open_incident": {"kinds": ["blockade"]}}],
    "phases__answer__milestones__safety__declined_by": "one",
    "phases__answer__milestones__safety__final_when": [
        {"not_before": {"within": "P12D", "from": {"milestone": "safety"}}},
        {"no_open_incident": {"kinds": ["attack"]}},
    ],
    "phases__aid__closes_when": [{"outcome": {"milestone": "safety", "is": ["declined", "not_achieved"]}}],
    "phases__peace__closes_when": [{"outcome": {"milestone": "safety", "is": ["declined", "not_achieved"]}}],
    "commitments__moratorium__owed_while": [{"no_open_incident": {"kinds": ["strike"]}}],
    "snapbacks__benefit": {
        "title": "The benefit ends",
        "from": {"milestone": "announced"},
        "within": "P10D",
        "kept_by": "joint",
    },
    "phases__aid__entry": [{"phase": "move"}, {"no_snapback": "relief"}, {"no_snapback": "benefit"}],
}
"""Changes of the plan by path: a milestone that two owe and three determine, that is lifted, declined and final; phases that
are closed; and what lapses by itself."""

CHECKED: dict[str, Any] = {
    "hosts": ["data.example.org"],
    "sources": {
        "yearbook": {
            "adapter": "json-http",
            "title": "Yearbook",
            "producer": "Observatory",
            "licence": "CC0",
            "url": "https://data.example.org/smoke",
            "rows": "data[*]",
            "figure": {"period": "year", "value": "value"},
            "edition": {"at": "edition"},
        }
    },
    "checks": {"yearly": {"title": "The yearbook", "source": "yearbook", "figures_of": "smoke", "runs": {"every": "P1D"}}},
    "phases__trade__milestones__cleaner__shown_by__figure__target": {
        "change": "-10%",
        "unit": "kt",
        "compares": "within_edition",
    },
}
"""Changes of the plan by path: smoke is read by a check, and its fall is one within an edition."""

IN_PART: dict[str, Any] = {"by": ["commission"], "scale": "share"}
"""How `announced` is determined where releases count a part of it."""

RELEASES: dict[str, Any] = {
    "reward": {
        "title": "Reward for the announcement",
        "party": "south",
        "to": "north",
        "unit": "million",
        "amount": "25",
        "when": [{"milestone": "announced"}],
        "cure": "P10D",
    },
    "instalment": {
        "title": "Instalment for as much as is announced",
        "party": "south",
        "to": "north",
        "unit": "million",
        "amount": "10",
        "share_of": "announced",
        "due": {"within": "P5D", "from": {"program": True}},
        "cure": "P10D",
    },
    "cleaning": {
        "title": "So much for each kt less",
        "party": "north",
        "to": "south",
        "unit": "million",
        "amount": "20",
        "per_unit": {"indicator": "smoke", "to": "80", "each": "1"},
        "verified_by": ["north"],
        "advance": {"amount": "6", "when": [{"phase": "move"}], "recovered": "50%"},
        "cure": "P5D",
        "lapses": {"within": "P30D", "from": {"program": True}},
    },
    "experts": {
        "title": "Experts, while it is quiet",
        "party": "north",
        "to": "south",
        "unit": "expert days",
        "smallest": "1",
        "amount": "90",
        "when": [{"stability": "quiet"}, {"commitment": "moratorium"}],
    },
}
"""One release of each kind: fixed, by share, by unit with an advance, and in kind."""

PEOPLE = (
    a.Member(person="nora", role=a.Role.RECORDER, party="north"),
    a.Member(person="nils", role=a.Role.REPRESENTATIVE, party="north"),
    a.Member(person="nick", role=a.Role.VERIFIER, party="north"),
    a.Member(person="sara", role=a.Role.RECORDER, party="south"),
    a.Member(person="saul", role=a.Role.REPRESENTATIVE, party="south"),
    a.Member(person="sven", role=a.Role.VERIFIER, party="south"),
    a.Member(person="cleo", role=a.Role.AUTHORITY, party="commission"),
    a.Member(person="moss", role=a.Role.MONITOR),
    a.Member(person="chip", role=a.Role.CHECKER),
    a.Member(person="olga", role=a.Role.OFFICER),
    a.Member(person="alma", role=a.Role.AUDITOR),
)
ASSESSORS = (
    a.Member(person="fred", role=a.Role.MONITOR, party="fund"),
    a.Member(person="skye", role=a.Role.MONITOR, party="scholars"),
)
VOTERS = (
    a.Member(person="ada", role=a.Role.AUTHORITY, party="north"),
    a.Member(person="abel", role=a.Role.AUTHORITY, party="south"),
)
EVERYBODY = (*PEOPLE, *ASSESSORS, *VOTERS)
"""Also those whom only this plan has a place for, and those who vote where several determine."""


def day(number: float, hour: int = 9) -> datetime:
    """An hour (UTC) of a day counted from 1 March 2025."""
    return datetime.fromtimestamp(datetime(2025, 3, 1, hour, tzinfo=UTC).timestamp() + number * 86400, UTC)


def night(number: int) -> datetime:
    """The midnight in Baghdad that ends a day: what was to be done on that day at the latest is late from then on."""
    return day(number, 21)


def through(number: int) -> datetime:
    """The last instant of a day in Baghdad, which a date is that lasts through its day."""
    return night(number) - timedelta(microseconds=1)


class World:
    """A program that tests act on: `given` must be accepted, `tried` gives the refusal."""

    def __init__(self, **changes: Any) -> None:
        document = deepcopy(PLAN)
        for path, value in changes.items():
            *parents, last = path.split("__")
            held = document
            for name in parents:
                held = held[name]
            held[last] = value
        self._acts = 0
        start = a.StartProgram(document=json.dumps(document), members=EVERYBODY)
        started = self.outcome("olga", start, day(0), program=None)
        assert isinstance(started, Decided), started
        self.program: Program = started.program
        self.entries = list(started.entries)

    def outcome(self, person: str, deed: Any, at: datetime, program: Program | None) -> Decided | Refused:
        self._acts += 1
        member = next((m for m in EVERYBODY if m.person == person), a.Member(person=person, role=a.Role.CLOCK))
        actor = a.Actor(person=person, role=member.role, party=member.party)
        return decide(program, a.Act(id=f"act{self._acts}", actor=actor, deed=deed, filed=a.document_hashes(deed)), at)

    def given(self, person: str, deed: Any, at: datetime) -> Decided:
        decided = self.outcome(person, deed, at, self.program)
        assert isinstance(decided, Decided), decided
        self.program = decided.program
        self.entries.extend(decided.entries)
        return decided

    def tried(self, person: str, deed: Any, at: datetime) -> str:
        refused = self.outcome(person, deed, at, self.program)
        assert isinstance(refused, Refused), f"{deed.kind} was accepted"
        assert refused.reason
        assert refused.accepted
        return refused.code

    def clock(self, at: datetime) -> Decided:
        return self.given("clock", a.StrikeClock(), at)

    def document(self, evidence: str, milestone: str, shows: str) -> a.RecordEvidence:
        filed = a.FiledDocument(sha256="0" * 64, name="file.pdf")
        return a.RecordEvidence(evidence=evidence, milestone=milestone, shows=shows, document=filed)

    def first_move(self, at: datetime) -> None:
        self.given("nora", self.document("e1", "announced", "text"), at)
        word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="It is meant.")
        self.given("nils", word, at)
        self.given("sven", a.Verify(evidence="e1"), at)
        self.given("sven", a.Verify(evidence="e2"), at)
        self.given("cleo", a.Determine(milestone="announced", outcome="achieved", reason="Shown."), at)

    def answer(self, at: datetime) -> None:
        self.given("sara", self.document("e3", "safety", "order"), at)
        self.given("nick", a.Verify(evidence="e3"), at)
        self.given("saul", a.Observe(milestone="safety", text="We agree."), at)
        self.given("cleo", a.Determine(milestone="safety", outcome="achieved", reason="Shown."), at)

    def incident(self, name: str, happened_at: datetime, at: datetime, kind: str = "attack") -> None:
        report = a.ReportIncident(
            incident=name,
            incident_kind=kind,
            severity="serious",
            happened_at=happened_at,
            place="The bridge",
            account="Shots were fired.",
        )
        self.given("sara", report, at)
