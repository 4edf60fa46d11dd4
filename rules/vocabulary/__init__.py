"""What a program is made of, one file a noun: the acts on it, the facts and effects that are kept of it, and how it stands.

Acts are in the imperative, facts and effects in the past tense; they are frozen, and told apart by
their `kind`. All acts are listed in `rules.acts`, facts in `rules.facts`, effects in `rules.effects`.
"""
