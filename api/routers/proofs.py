"""Routes of ledger proofs: signed checkpoints, consistency and inclusion."""

from __future__ import annotations

import time
from asyncio import to_thread
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.act_requests import ProgramId
from api.callers import Caller
from api.identity import CallerInfo
from api.load_program import program_now
from api.problem_responses import READS
from api.problems import Invalid
from api.rate_limit import LEAVES_PER_UNIT
from api.responses.proofs import CheckpointResponse, ConsistencyResponse, InclusionResponse
from api.state import State, StateOf
from proof.checkpoint import Checkpoint
from proof.merkle import consistency_proof, inclusion_proof, root_of

router = APIRouter(prefix="/programs/{program}", tags=["programs"])

Size = Annotated[int | None, Query(ge=1, lt=2**53, description="entries from the first on; left out, all that there are")]


@router.get("/checkpoint", responses=READS)
async def get_checkpoint(state: StateOf, caller: Caller, program: ProgramId, size: Size = None) -> CheckpointResponse:
    """How its ledger stands, signed: keep it, and ask for the proof that later ones go on from it."""
    leaves = await _leaves(state, caller, program, size)
    signer = state.checkpoints
    checkpoint = Checkpoint(signer.origin(program), len(leaves), await to_thread(root_of, leaves))
    return CheckpointResponse(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        note=signer.note(checkpoint, int(time.time())),
        keys=list(signer.verifiers(program)),
    )


@router.get("/consistency", responses=READS)
async def get_consistency(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    first: Annotated[int, Query(alias="from", ge=1, lt=2**53, description="size of the earlier checkpoint")],
    second: Annotated[int | None, Query(alias="to", ge=1, lt=2**53, description="of the later; left out, all entries")] = None,
) -> ConsistencyResponse:
    """Shows that its ledger only grew between two sizes."""
    leaves = await _leaves(state, caller, program, second)
    if first > len(leaves):
        raise Invalid("unreadable", f"`from` lies after `to`: {first} is more than {len(leaves)}.", "the smaller size first")
    return ConsistencyResponse(first=first, second=len(leaves), hashes=_hex(await to_thread(consistency_proof, leaves, first)))


@router.get("/inclusion", responses=READS)
async def get_inclusion(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    seq: Annotated[int, Query(ge=1, lt=2**53, description="number of the entry")],
    size: Size = None,
) -> InclusionResponse:
    """Shows that an entry stands in its ledger, also where its text is withheld."""
    leaves = await _leaves(state, caller, program, size)
    if seq > len(leaves):
        raise Invalid("unreadable", f"There is no entry {seq} among {len(leaves)}.", f"a number from 1 to {len(leaves)}")
    proof = await to_thread(inclusion_proof, leaves, seq - 1)
    return InclusionResponse(seq=seq, size=len(leaves), leaf=leaves[seq - 1].hex(), hashes=_hex(proof))


async def _leaves(state: State, caller: CallerInfo, program: UUID, size: int | None) -> list[bytes]:
    """The leaf hashes of the first entries. Raises Invalid where there are fewer."""
    seq = (await program_now(state, caller, program)).seq
    state.rate_limits.take(caller.person, 1 + min(size or seq, seq) // LEAVES_PER_UNIT)
    leaves = await state.queries.leaves(program, size)
    if size is not None and size > len(leaves):
        raise Invalid(
            "unreadable", f"The ledger has {len(leaves)} entries, and not {size}.", f"a size of {len(leaves)} or less"
        )
    return leaves


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]
