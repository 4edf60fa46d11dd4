"""Generator of random plans that use the whole language. About half are valid; the others have faults."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.rules.random_figures import Figures

ZONES = ("Asia/Baghdad", "UTC", "America/New_York", "Pacific/Apia")
ENDINGS = ("achieved", "partly_achieved", "not_achieved", "reversed", "waived", "declined")

Json = dict[str, Any]


class Writer:
    """Writes one plan. What stands further below mostly asks for what stands above it, and seldom for anything."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.parties = ["north", "south", "east"][: random.randint(2, 3)]
        self.bodies = ["council"] if random.random() < 0.6 else []
        self.figures = Figures(random)
        self.phases: dict[str, Json] = {}
        self.milestones: dict[str, Json] = {}
        self.commitments: dict[str, Json] = {}
        self.plan: Json = {}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, among: list[str], most: int = 2) -> list[str]:
        return self.random.sample(among, self.random.randint(1, min(most, len(among))))

    def days(self, least: int = 1, most: int = 60) -> str:
        number = self.random.randint(least, most)
        return self.random.choice(
            [f"P{number}D", f"P{number}D", f"P{max(1, number // 7)}W", f"P{1 + number // 30}M", f"PT{number}H"]
        )

    def written(self) -> Json:
        """The plan, as its document says it."""
        self.plan.update({
            "accord": 1,
            "plan": "random",
            "title": "Written at random",
            "source": "Written for tests",
            "time_zone": self.random.choice(ZONES),
            "parties": {name: {"name": name.title()} for name in self.parties},
            "severities": ["minor", "serious", "grave"],
            "incidents": {"attack": {"title": "Attack"}, "flood": {"title": "Flood"}},
            "non_parties": {"bands": {"name": "Bands"}},
            "procedures": self._procedures(),
        })  # fmt: skip
        if self.bodies:
            self.plan["bodies"] = {"council": {"name": "Council", "members": self.parties}}
        self._around()
        for number in range(self.random.randint(1, 5)):
            self._phase(f"phase_{number}")
        self.plan["phases"] = self.phases
        if self.commitments:
            self.plan["commitments"] = self.commitments
        if self.chance(0.5):
            self.plan["releases"] = {f"release_{number}": self._release() for number in range(self.random.randint(1, 2))}
        if self.figures.written:
            self.plan["indicators"] = self.figures.written
        self.plan |= self.figures.reporting
        return self.plan

    def _around(self) -> None:
        """What phases can ask for beside each other."""
        if self.chance(0.3):
            self.plan["calendar"] = {
                "recess": {"title": "Recess", "from": "2025-07-01T00:00:00Z", "to": "2025-07-20T00:00:00Z"},
                "holidays": {"title": "Holidays", "from": "2025-12-20T00:00:00Z", "to": "2026-01-05T00:00:00Z"},
            }
        if self.chance(0.3):
            self.plan["scales"] = {"stars": {"title": "Stars", "grades": {"three": "met", "two": "partly", "none": "not_met"}}}
            self.plan["assessors"] = {"judge": {"title": "Judge", "scale": "stars"}}
        if self.chance(0.3):
            stages = {
                "first": {
                    "title": "First",
                    "before": self.some(self.everybody()),
                    "within": self.days(),
                    "extended_by": "joint",
                }
            }
            stages |= {"second": {"title": "Second", "before": self.some(self.parties), "within": self.days()}}
            self.plan["disputes"] = {"compliance": {"title": "Compliance", "stages": stages}}
        if self.chance(0.3):
            self.plan["inactivity"] = {
                who: {
                    "within": self.days(5, 90),
                    "qualifying": ["evidence_recorded", "evidence_verified", "consent_given", "milestone_determined"],
                    "horizon": "P10D",
                    **self._paused(),
                }
                for who in self.some(self.everybody(), 3)
            }

    def everybody(self) -> list[str]:
        return [*self.parties, *self.bodies]

    def _paused(self) -> Json:
        known = list(self.plan.get("calendar", ()))
        return {"paused_in": self.some(known)} if known and self.chance(0.5) else {}

    def _procedures(self) -> Json:
        weights = {"north": 2} if self.chance(0.3) else {}
        enough = {
            "consent": {"by": self.parties, "agree": self.random.choice(["majority", "all", "1", "55%"]), "weights": weights}
        }
        joint: Json = {"title": "Joint", "proposed_by": self.everybody(), "adopted_when": [{"consent": self.parties}]}
        alone: Json = {
            "title": "Alone",
            "proposed_by": ["north"],
            "adopted_when": [self.random.choice([{"consent": ["north"]}, enough])],
        }
        if self.chance(0.4):
            joint["silence"] = self.days(5, 30)
        if self.chance(0.4):
            joint["within"] = self.days(30, 90)
        if self.chance(0.2):
            joint["vetoed_by"] = ["south"]
        if self.bodies and self.chance(0.3):
            joint["on_behalf"] = {"south": "council"}
        return {"joint": joint, "alone": alone}

    def anchor(self) -> Json:
        """An event that stands above."""
        choices: list[Json] = [{"program": True}, {"program": True}]
        choices += [{"phase": name, "becomes": becomes} for name in self.phases for becomes in ("open", "complete")]
        choices += [{"milestone": name} for name in self.milestones]
        choices += [{"milestone": name, "as": "determined"} for name in self.milestones]
        choices += [{"finding": name, "is": how} for name in self.milestones for how in ("met", "not_met")]
        choices += [{"agreed": name} for name in self.plan.get("agreed_dates", ())]
        if self.chance(0.05):
            return {"date": "2025-09-01T00:00:00Z"}
        return self.random.choice(choices)

    def after(self, least: int = 1, most: int = 60) -> Json:
        return {"within": self.days(least, most), "from": self.anchor()}

    def trigger(self) -> Json:
        found: Json = {"kinds": self.some(["attack", "flood"])}
        if self.chance(0.4):
            found["at_least"] = self.random.choice(["serious", "grave"])
        if self.milestones and self.chance(0.1):
            found["about"] = [self.random.choice(list(self.milestones))]
        if self.chance(0.2):
            found["attributed_to"] = [self.random.choice(["bands", "south"])]
        return found

    def criterion(self, *, consents: bool = False, depth: int = 0) -> Json:  # noqa: C901, PLR0912  one arm a criterion
        """Something that a gate asks for."""
        random = self.random
        kind = random.choice((
            "phase", "phase", "milestone", "milestone", "graded", "outcome", "stability", "commitment", "consent",
            "incident", "dispute", "snapback", "assessed", "not_before", "not_after", "days_late", "figure", "composed",
        ))  # fmt: skip
        steps, phases = list(self.milestones), list(self.phases)
        if kind == "milestone" and steps:
            return {"milestone": random.choice(steps)}
        if kind == "graded" and (scaled := [name for name in steps if "scale" in self.milestones[name]["determined"]]):
            name = random.choice(scaled)
            least = 1 if self.milestones[name]["determined"]["scale"] == "ordinal" else "0.4"
            return {"graded": {"milestone": name, "at_least": least}}
        if kind == "outcome" and steps:
            name = random.choice(steps)
            return {"outcome": {"milestone": name, "is": random.sample(self._ends(name), random.randint(1, 2))}}
        if kind == "stability" and (kept := [name for name in phases if "stability" in self.phases[name]]):
            return {"stability": random.choice(kept)}
        if kind == "commitment" and self.commitments:
            return {"commitment": random.choice(list(self.commitments))}
        if kind == "consent" and consents:
            by = self.some(self.parties, 3)
            agree = random.choice(["all", "majority", "any", "50%", 1])
            return {"consent": by if self.chance(0.6) else {"by": by, "agree": agree}}
        if kind == "incident":
            return {"no_open_incident": self.trigger()}
        if kind == "dispute" and "disputes" in self.plan:
            return {"no_open_dispute": "compliance"}
        if kind == "snapback" and "snapbacks" in self.plan:
            return {"no_snapback": random.choice(list(self.plan["snapbacks"]))}
        if kind == "assessed" and "assessors" in self.plan and steps:
            return {
                "assessed": {"milestone": random.choice(steps), "by": "judge", "at_least": random.choice(["met", "partly"])}
            }
        if kind == "not_before":
            return {"not_before": self.after(0)}
        if kind == "not_after" and consents:
            return {"not_after": self.after(10, 400)}
        if kind == "days_late" and (dated := [name for name in steps if "due" in self.milestones[name]]):
            against = random.choice(["original", "revised"])
            return {"days_late": {"milestone": random.choice(dated), "at_most": random.randint(0, 60), "against": against}}
        if kind == "figure":
            return {"figure": self.figures.asked(self.parties)}
        if kind == "composed" and depth < 2:
            parts = [self.criterion(consents=consents, depth=depth + 1) for _ in range(random.randint(1, 3))]
            several = {"at_least": {"count": random.randint(1, len(parts)), "of": parts}}
            return random.choice([{"any": parts}, {"all": parts}, several])
        return {"phase": random.choice(phases)} if phases else {"no_open_incident": self.trigger()}

    def _ends(self, milestone: str) -> list[str]:
        """How a milestone can end, mostly."""
        step = self.milestones[milestone]
        ways = {
            "waived": "waived_by" in step,
            "declined": "declined_by" in step,
            "partly_achieved": "scale" in step["determined"],
        }
        if "automatically" in step["determined"]:
            ways |= {"not_achieved": False, "reversed": False}
        likely = [end for end in ENDINGS if ways.get(end, True)]
        return ["achieved", *likely]

    def gate(self, most: int = 2, *, consents: bool = True) -> list[Json]:
        return [self.criterion(consents=consents) for _ in range(self.random.randint(1, most))]

    def _phase(self, name: str) -> None:
        phase: Json = {"title": name}
        if self.phases and self.chance(0.7):
            phase["entry"] = self.gate()
        if self.phases and self.chance(0.15):
            phase["within"] = self.random.choice(list(self.phases))
        if self.chance(0.2):
            phase["opens"] = "on_advance"
        if self.chance(0.3):
            phase["party"] = self.random.choice(self.everybody())
        if self.chance(0.5):
            phase["when_gate_closes"] = self.random.choice(["suspend", "step_back"])
        if self.phases and self.chance(0.2):
            phase["closes_when"] = self.gate(1, consents=False)
        self.phases[name] = phase
        phase["milestones"] = {}
        for number in range(self.random.choice([0, 1, 1, 2])):
            self._milestone(phase, f"step_{name[-1]}{number}")
        if self.chance(0.3):
            phase["stability"] = self._stability()
        if self.chance(0.2):
            phase["exit"] = self.gate()
        if self.chance(0.3):
            self._commitment(f"promise_{name[-1]}")
        if self.chance(0.2):
            self._agreed_date(f"day_{name[-1]}")
        if self.milestones and self.chance(0.15):
            self._snapback(f"lapse_{name[-1]}")

    def _stability(self) -> Json:
        rule: Json = {
            "length": f"P{self.random.randint(2, 40)}D",
            "restarted_by": [self.trigger()],
            "settling": f"P{self.random.randint(0, 5)}D",
            **self._paused(),
        }
        if self.chance(0.3):
            rule["paused_by"] = [self.trigger()]
        if self.chance(0.3):
            rule["tolerates"] = {"kinds": ["attack"], "at_most": "minor", "count": 1}
        if self.chance(0.3):
            rule["from"] = self.anchor()
        return rule

    def _commitment(self, name: str) -> None:
        rule: Json = {"title": name, "in_force": self.anchor()}
        rule |= {"party": self.random.choice(self.parties)} if self.chance(0.6) else {"outside_control": True}
        broken, kept = self.chance(0.7), self.chance(0.3)
        if broken or not kept:
            rule["broken_by"] = [self.trigger()]
        if kept:
            rule["kept_while"] = [{"figure": self.figures.asked(self.parties)}]
        if self.chance(0.3):
            rule["owed_while"] = [{"no_open_incident": self.trigger()}]
        self.commitments[name] = rule

    def _agreed_date(self, name: str) -> None:
        edges = self.anchor()
        rule: Json = {
            "title": name,
            "not_before": {"within": self.days(1, 20), "from": edges},
            "not_after": {"within": f"P{self.random.randint(60, 200)}D", "from": edges},
            "agreed_by": self.random.choice(["joint", "alone"]),
        }
        if self.chance(0.4):
            rule["when_missed"] = self.random.choice(["warn", "suspend"])
        self.plan.setdefault("agreed_dates", {})[name] = rule

    def _snapback(self, name: str) -> None:
        rule: Json = {
            "title": name,
            "within": f"P{self.random.randint(20, 90)}D",
            "kept_by": "joint",
            "then": self.random.choice(["warn", "suspend"]),
        }
        rule |= (
            {"from": {"milestone": self.random.choice(list(self.milestones))}}
            if self.chance(0.5)
            else {"invoked_by": ["south"]}
        )
        self.plan.setdefault("snapbacks", {})[name] = rule

    def _milestone(self, phase: Json, name: str) -> None:
        owes = self.some(self.everybody()) if self.chance(0.3) else [self.random.choice(self.parties)]
        members = set(self.parties if "council" in owes else owes)
        others = [party for party in self.parties if party not in members]
        step: Json = {
            "title": name,
            "party": owes,
            "shown_by": self._showings(sorted(members)),
            "verified_by": others or self.parties,
            "determined": self._determined(),
        }
        if not others and self.chance(0.3):
            step["verifies_itself"] = "Nobody else may look."
        if self.chance(0.5):
            step["due"] = self._due()
        if self.chance(0.15) and self.commitments:
            step["holds_while"] = [{"commitment": self.random.choice(list(self.commitments))}]
        if self.chance(0.15):
            step["owed_while"] = [{"no_open_incident": self.trigger()}]
        if self.chance(0.15):
            step["final_when"] = [{"not_before": {"within": self.days(), "from": {"program": True}}}]
        if self.chance(0.3):
            step["waived_by"] = "joint"
        if self.chance(0.12):
            step["declined_by"] = self.random.choice(["joint", "alone"])
        self.milestones[name] = step
        phase["milestones"][name] = step

    def _showings(self, owes: list[str]) -> Json:
        shown: Json = {}
        for number in range(self.random.choice([1, 1, 2])):
            kind = self.random.choice(["document", "statement", "attestation", "measurement"])
            how: Json = {"kind": kind, "what": "it"}
            if kind == "measurement":
                how |= self.figures.target()
            elif kind == "attestation" or self.chance(0.2):
                how["by"] = owes
            if kind != "measurement" and self.chance(0.1):
                how["may_be_restricted"] = True
            shown[f"show_{number}"] = how
        return shown

    def _determined(self) -> Json:
        if self.chance(0.2):
            return {"automatically": True}
        by = self.some(self.everybody(), 3)
        rule: Json = {"by": by}
        if len(by) > 1:
            rule["agree"] = self.random.choice(["any", "all", "majority", "1", "50%"])
            if self.chance(0.2):
                rule["weights"] = {by[0]: 2}
        if self.chance(0.3):
            rule["observation"] = self.days(2, 20)
        if self.chance(0.3):
            rule["scale"] = self.random.choice(["ordinal", "share"])
        if self.chance(0.1):
            rule["considering"] = {"safety": "whether it is safe"}
        return rule

    def _due(self) -> Json:
        due: Json = {**self._paused()}
        if self.chance(0.2):
            due["earliest_of"] = [self.after(), self.after()]
        else:
            due |= self.after()
        if self.chance(0.3):
            due["force"] = self.random.choice(["indicative", "binding"])
        if due.get("force") != "indicative" and self.chance(0.3):
            due["when_missed"] = self.random.choice(["warn", "suspend"])
        if self.commitments and self.chance(0.3):
            due["paused_while_broken"] = [self.random.choice(list(self.commitments))]
            if self.chance(0.5):
                due["resumes_after"] = "P3D"
        if self.chance(0.5):
            due["extended_by"] = "joint"
        return due

    def _release(self) -> Json:
        giver, taker = self.random.sample(self.parties, 2)
        terms: Json = {"title": "Release", "party": giver, "to": taker, "unit": "million", "amount": self._amount()}
        scaled = [name for name, step in self.milestones.items() if "scale" in step["determined"]]
        if scaled and self.chance(0.4):
            terms["share_of"] = self.random.choice(scaled)
        elif self.chance(0.4):
            terms |= {"per_unit": self.figures.paid(), "amount": 10, "verified_by": [giver]}
        elif self.chance(0.4):
            each = {
                "every": self.random.choice(["P30D", "P1M", "P2M"]),
                "from": self.anchor(),
                "each": 2,
                "while": self.gate(1, consents=False),
            }
            terms["per_time"] = each
        else:
            terms["when"] = self.gate(1, consents=False)
        if self.chance(0.3):
            terms["advance"] = {"amount": 4, "when": self.gate(1, consents=False), "recovered": "50%"}
        if self.chance(0.5):
            terms["cure"] = self.days(5, 60)
        if self.chance(0.4):
            terms["due" if "cure" in terms and self.chance(0.5) else "lapses"] = self.after(20, 200)
        return terms

    def _amount(self) -> Any:
        return self.random.choice([10, 20, {"share": "50%", "of": 30}, {"weight": 3, "each": 5}])
