"""The baseline of the benchmarks: one validated body, insert and commit, on the same libraries and servers.

It has no tokens, law, ledger or clocks. It is served like the API, by `api.server` in one process.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict
from uuid import UUID

from fastapi import FastAPI, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field

TABLE = "CREATE TABLE statement (id bigserial PRIMARY KEY, program uuid NOT NULL, evidence text NOT NULL, text text NOT NULL)"


class Statement(BaseModel):
    evidence: str = Field(max_length=100)
    milestone: str = Field(max_length=100)
    shows: str = Field(max_length=100)
    text: str = Field(max_length=10_000)


class Recorded(BaseModel):
    id: int
    program: UUID
    evidence: str


class AppState(TypedDict):
    pool: AsyncConnectionPool


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[AppState]:
    async with AsyncConnectionPool(os.environ["FLOOR_URL"], min_size=2, max_size=12, open=False) as pool:
        yield {"pool": pool}


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post("/floor/{program}", status_code=201)
    async def record(request: Request, program: UUID, statement: Statement) -> Recorded:
        pool: AsyncConnectionPool = request.state.pool
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "INSERT INTO statement (program, evidence, text) VALUES (%s, %s, %s) RETURNING id",
                [program, statement.evidence, statement.text],
            )
            row = await cursor.fetchone()
        assert row is not None
        return Recorded(id=row[0], program=program, evidence=statement.evidence)

    return app
