"""The domain model, one file a noun: its acts, its facts and effects, and its state.

Acts are in the imperative, facts and effects in the past tense. All are frozen models, and `kind` is the
discriminator. `rules.acts`, `rules.facts` and `rules.effects` list them.
"""
