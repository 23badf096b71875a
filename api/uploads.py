"""Files sent to the site: streamed to disk, refused by size before or while they arrive."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from data.imports.errors import FileTooLargeError
from data.pending import plain_name
from gis.errors import BadInputError, MachineError

# what the form's own words and the lines between its parts may take
FRAME_BYTES = 2**20
PIECE = 2**20
MOST_FIELDS = 60


@dataclass(frozen=True)
class Upload:
    """A file on disk under its own name, and the words sent with it."""

    path: Path
    words: FormData


@asynccontextmanager
async def received(request: Request, most_mb: int, field: str = "file") -> AsyncIterator[Upload]:
    """The file of a multipart request, of at most so many megabytes, for as long as it is worked on.

    Raises FileTooLargeError (by the announced length at once, else as soon as the limit is passed), BadInputError
    where the request is no form or has no file.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_mb * 2**20 + FRAME_BYTES:
        raise _too_large(most_mb)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadInputError("文件要用 multipart/form-data 上传，文件放在 file 一栏")
    try:
        form = await MultiPartParser(
            request.headers, _counted(request, most_mb), max_files=1, max_fields=MOST_FIELDS
        ).parse()
    except MultiPartException as error:
        raise BadInputError("上传的内容不完整，没有收下。重新上传") from error
    try:
        sent = form.get(field)
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise BadInputError("没有收到文件。选好文件再上传")
        with TemporaryDirectory(prefix="wangge-upload-") as folder:
            place = Path(folder) / plain_name(sent.filename)
            await run_in_threadpool(_write, sent, place)
            yield Upload(place, form)
    finally:
        await form.close()


async def _counted(request: Request, most_mb: int) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > most_mb * 2**20 + FRAME_BYTES:
            raise _too_large(most_mb)
        yield piece


def _write(sent: UploadFile, place: Path) -> None:
    try:
        with place.open("wb") as target:
            while piece := sent.file.read(PIECE):
                target.write(piece)
    except OSError as error:
        raise MachineError("上传的文件没有存下来，没有导入。检查磁盘空间") from error


def _too_large(most_mb: int) -> FileTooLargeError:
    return FileTooLargeError(f"文件超过 {most_mb} MB，没有收下。分块导入，或在服务器上用 wangge import")
