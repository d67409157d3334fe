"""Files on their way in: sealed piece by piece as they arrive, read back the same way, then forgotten.

A file of any size takes the memory of one piece. Each piece is a transaction of its own, so that nobody waits
for a whole file; one that no import came to know of is swept away later.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

from app.clock import new_id
from app.db.queries import uploads as queries
from app.db.tables import ImportChunk
from app.services.work import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from uuid import UUID

    from app.db.session import WriteSession
    from app.db.tables import ImportFile
    from app.principal import Principal
    from app.services.jobs import Running
    from app.services.work import Means, Reader

PIECE = 1 << 20
# Longer than any file may take to arrive.
LEFT_OVER = timedelta(days=1)


@dataclass(slots=True)
class Upload:
    """A file that arrives. `kept` once an import has taken it over, in the transaction under way."""

    means: Means
    principal: Principal
    id: UUID = field(default_factory=new_id)
    size: int = 0
    kept: bool = False
    _count: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, piece: bytes) -> None:
        """Store the next piece."""
        with self._writing() as session:
            session.add(
                ImportChunk(
                    upload_id=self.id,
                    ordinal=self._count,
                    organisation_id=self.principal.organisation_id,
                    role=self.principal.role,
                    content=None,
                    sealed=self.means.keyring.encrypt(piece, **_place(self.id, self._count)),
                    created_at=self.means.clock.now(),
                )
            )
        self._count += 1
        self.size += len(piece)
        self._hash.update(piece)

    @property
    def digest(self) -> bytes:
        """What makes its content the same as another's."""
        return self._hash.digest()

    def drop(self) -> None:
        """Forget what came of it."""
        _forget(self._writing, self.id)

    def _writing(self) -> AbstractContextManager[WriteSession]:
        return self.means.database.write(viewer_of(self.principal, self.means))


def stored(means: Means, principal: Principal, content: bytes | Iterable[bytes]) -> Upload:
    """A file that is here already, or is made piece by piece."""
    upload = Upload(means, principal)
    for piece in [content] if isinstance(content, bytes) else content:
        upload.write(piece)
    return upload


def stream_of(running: Running, file: ImportFile) -> BinaryIO:
    """The bytes of an import's file, from the beginning; may be gone back in."""
    if file.upload_id is None:
        return io.BytesIO(file.content or b"")
    return stored_stream(running.reading, file.upload_id)


def stored_stream(reading: Callable[[], AbstractContextManager[Reader]], upload_id: UUID) -> BinaryIO:
    """The bytes of a file that is kept; each piece is fetched in a session of its own."""

    def piece(ordinal: int) -> bytes:
        with reading() as reader:
            found = queries.piece(reader.session, upload_id, ordinal)
            if found is None:
                return b""
            content, sealed = found
            if sealed is None:
                return content or b""
            return reader.keyring.decrypt(sealed, **_place(upload_id, ordinal))

    return io.BufferedReader(_Pieces(piece), PIECE)


def forget(running: Running, upload_id: UUID) -> None:
    """Delete the bytes of an import that has ended, a few pieces at a time."""

    @contextmanager
    def writing() -> Iterator[WriteSession]:
        with running.writing() as writer:
            yield writer.session

    _forget(writing, upload_id)


def sweep(means: Means) -> int:
    """Delete the files of which no import came to know; returns how many there were."""
    count = 0
    before = means.clock.now() - LEFT_OVER
    while True:
        with means.database.read() as session:
            found = queries.left_over(session, before)
        if found is None:
            return count
        _forget(means.database.write, found)
        count += 1


def _forget(writing: Callable[[], AbstractContextManager[WriteSession]], upload_id: UUID) -> None:
    left = True
    while left:
        with writing() as session:
            left = queries.forget_pieces(session, upload_id)


def _place(upload_id: UUID, ordinal: int) -> dict[str, str]:
    return {"table": "import_chunks", "column": "sealed", "row": f"{upload_id}|{ordinal}"}


class _Pieces(io.RawIOBase):
    """The pieces of one file, each fetched when it is read."""

    def __init__(self, piece: Callable[[int], bytes]) -> None:
        super().__init__()
        self._piece = piece
        self._begin()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place counted from the beginning; readers of files go nowhere but near it."""
        target = offset if whence == io.SEEK_SET else self._position + offset
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation
        if target < self._position:
            self._begin()
        while self._position < target and self._take(target - self._position):
            pass
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer will do
        found = self._take(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def _begin(self) -> None:
        self._position = self._ordinal = 0
        self._rest = memoryview(b"")

    def _take(self, most: int) -> memoryview:
        if not self._rest:
            self._rest = memoryview(self._piece(self._ordinal))
            self._ordinal += 1
        found, self._rest = self._rest[:most], self._rest[most:]
        self._position += len(found)
        return found
