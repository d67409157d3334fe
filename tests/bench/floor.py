"""The least that an answer can cost on this stack: one route, one statement, the same driver and server.

`uvicorn --factory tests.bench.floor:create`, with the database in `FLOOR_DATABASE_URL`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue
from uuid import UUID

import psycopg
from fastapi import FastAPI
from pydantic import BaseModel

CONNECTIONS = 16
TABLE = """
    CREATE TABLE floor_rows (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contract_id uuid NOT NULL, hours bigint NOT NULL
    )
"""


class Row(BaseModel):
    contract_id: UUID
    hours: int


def create() -> FastAPI:
    """The floor, with its connections open."""
    app = FastAPI(openapi_url=None)
    idle: LifoQueue[psycopg.Connection] = LifoQueue()
    for _ in range(CONNECTIONS):
        idle.put(psycopg.connect(os.environ["FLOOR_DATABASE_URL"], autocommit=True))

    @contextmanager
    def borrowed() -> Iterator[psycopg.Connection]:
        connection = idle.get()
        try:
            yield connection
        finally:
            idle.put(connection)

    @app.get("/rows/{contract_id}")
    def read(contract_id: UUID) -> dict[str, str]:
        with borrowed() as connection:
            query = "SELECT reference, object FROM contracts WHERE id = %s"
            row = connection.execute(query, [contract_id]).fetchone()
        assert row is not None
        return {"reference": row[0], "object": row[1]}

    @app.get("/rows")
    def several(limit: int) -> list[dict[str, str]]:
        with borrowed() as connection:
            query = "SELECT reference, object FROM contracts ORDER BY id LIMIT %s"
            rows = connection.execute(query, [limit]).fetchall()
        return [{"reference": row[0], "object": row[1]} for row in rows]

    @app.post("/rows", status_code=201)
    def write(body: Row) -> dict[str, int]:
        with borrowed() as connection, connection.transaction():
            query = "INSERT INTO floor_rows (contract_id, hours) VALUES (%s, %s) RETURNING id"
            row = connection.execute(query, [body.contract_id, body.hours]).fetchone()
        assert row is not None
        return {"id": row[0]}

    return app
