"""The lasting part of a gate: the criteria that must still hold after it has opened."""

from __future__ import annotations

from rules.language.criteria import All, AnyOf, AtLeast, Criterion, NotAfter, Several


def lasting_criteria(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """The criteria of a gate that must still hold after it has opened: all but its dates."""
    return tuple(kept for criterion in criteria if (kept := _lasting_criterion(criterion)) is not None)


def _lasting_criterion(criterion: Criterion) -> Criterion | None:
    match criterion:
        case NotAfter():
            return None
        case All(all=parts):
            kept = lasting_criteria(parts)
            return All.model_construct(all=kept) if kept else None
        case AnyOf(any=parts):
            return criterion if len(lasting_criteria(parts)) == len(parts) else None
        case AtLeast(at_least=Several(count=count, of=parts)):
            kept = lasting_criteria(parts)
            left = count - (len(parts) - len(kept))
            return AtLeast.model_construct(at_least=Several.model_construct(count=left, of=kept)) if left > 0 else None
        case _:
            return criterion
