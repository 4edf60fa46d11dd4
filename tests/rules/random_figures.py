"""Generator of random indicators with targets that their `good` figures reach."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

Json = dict[str, Any]

YEARS = range(2024, 2037)


class Figures:
    """The indicators of a plan. Recorded ones get better by ten each year; what is made of them follows."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.written: Json = {}
        self.reporting: Json = {}
        self._kind = random.choice(["{0}", "{0}", "{0}-Q4", "FY{0}"])
        if self._kind.startswith("FY"):
            self.reporting = {"reporting": {"fiscal_year": {"first_month": 7, "named_after": "end"}}}

    def period(self, year: int) -> str:
        """The period of a year that this plan speaks of."""
        return self._kind.format(year)

    def good(self, indicator: str, year: int) -> Fraction:
        """The figure of a year where all goes well."""
        rule = self.written[indicator]
        made = rule.get("made_of")
        if made is None:
            return Fraction(100 + 10 * (year - 2020) if rule["better"] == "higher" else 1000 - 10 * (year - 2020))
        if "sum" in made:
            return sum((self.good(part, year) for part in made["sum"]), Fraction(0))
        if "difference" in made:
            first, second = made["difference"]
            return self.good(first, year) - self.good(second["indicator"], year - 1)
        way, other = ("share", "of") if "share" in made else ("ratio", "to")
        return self.good(made[way], year) / self.good(made[other], year) * (100 if way == "share" else 1)

    def any(self, parties: list[str] | None = None) -> str:
        """An indicator of the plan, which may be a new one."""
        if not self.written or (len(self.written) < 4 and self.random.random() < 0.4):
            self._new()
        name = self.random.choice(list(self.written))
        if parties is not None:
            self._verified(name, parties)
        return name

    def _verified(self, name: str, parties: list[str]) -> None:
        made = self.written[name].get("made_of")
        if made is None:
            self.written[name].setdefault("verified_by", [self.random.choice(parties)])
            return
        for part in (part for parts in made.values() for part in (parts if isinstance(parts, list) else [parts])):
            self._verified(part if isinstance(part, str) else part["indicator"], parties)

    def _new(self) -> None:
        random, name = self.random, f"figure_{len(self.written)}"
        recorded = [one for one, rule in self.written.items() if "made_of" not in rule]
        better = random.choice(["higher", "lower"])
        rule: Json = {"title": name, "unit": "kt", "better": better, "oldest": random.choice(["P2Y", "P3Y"])}
        if not recorded or random.random() < 0.6:
            base = {"value": 50 if better == "higher" else 5000, "period": self.period(2020), "edition": "first"}
            rule |= {"producer": "Office", "source": "Yearbook", "licence": "none", "baseline": base}
            self.written[name] = rule
            return
        part = random.choice(recorded)
        rule["better"] = self.written[part]["better"]
        same = [one for one in recorded if self.written[one]["better"] == rule["better"]]
        way = random.choice(["sum", "difference", "share", "ratio"])
        if way == "sum":
            rule["made_of"] = {"sum": [random.choice(same), random.choice(same)]}
        elif way == "difference":
            rule["made_of"] = {"difference": [part, {"indicator": part, "a_year_before": True}]}
        elif way == "share":
            rule |= {"made_of": {"share": part, "of": random.choice(recorded)}, "unit": "%"}
        else:
            rule |= {"made_of": {"ratio": part, "to": random.choice(recorded)}, "unit": "kt per kt"}
        self.written[name] = rule

    def _bound(self, name: str, year: int | None = None) -> Json:
        """What the figure of every year reaches, or that of one."""
        years = YEARS if year is None else [year]
        values = [self.good(name, one) for one in years]
        if self.written[name]["better"] == "higher":
            return {"at_least": str(int(min(values)) - 1)}
        return {"at_most": str(int(max(values)) + 1)}

    def asked(self, parties: list[str]) -> Json:
        """What a gate asks of a figure."""
        name = self.any(parties)
        unit = self.written[name]["unit"]
        if unit == "kt" and self.written[name]["better"] == "higher" and self.random.random() < 0.2:
            return {"indicator": name, "at_least": 5, "unit": unit, "of": "total"}
        if self.random.random() < 0.2:
            year = self.random.choice([2024, 2025])
            return {"indicator": name, "unit": unit, "of": self.period(year), **self._bound(name, year)}
        return {"indicator": name, "unit": unit, **self._bound(name)}

    def target(self) -> Json:
        """What a milestone asks of a figure: an indicator and its target."""
        name = self.any()
        rule, asked = self.written[name], self.random.random()
        target: Json = {"unit": rule["unit"]}
        if asked < 0.2 and "baseline" in rule:
            target["change"] = "+10%" if rule["better"] == "higher" else "-10%"
        elif asked < 0.4 and "made_of" not in rule:
            first = self.random.choice([2024, 2025])
            levels = [next(iter(self._bound(name, year).values())) for year in (first, first + 1)]
            target["by_period"] = {self.period(first + index): level for index, level in enumerate(levels)}
        else:
            several = 1 if "Q" in self._kind else self.random.choice([1, 1, 2])
            target |= {**self._bound(name), "periods": several}
        return {"indicator": name, "target": target}

    def paid(self) -> Json:
        """What a release pays for."""
        name = self.any()
        values = [self.good(name, year) for year in YEARS]
        up = self.written[name]["better"] == "higher"
        to = int(min(values)) - 1 if up else int(max(values)) + 1
        rule: Json = {"indicator": name, "from": to - 10 if up else to + 10, "to": to, "each": 1}
        return rule | ({"of": "best"} if self.random.random() < 0.3 else {})
