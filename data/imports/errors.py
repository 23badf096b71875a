"""What can be wrong with a foreign file as a whole; each carries a Chinese sentence saying what to do next."""

from collections.abc import Mapping
from types import MappingProxyType

from gis.errors import BadInputError


class FileMissingError(BadInputError):
    """No file at the path, or not a file."""

    code = "FILE_MISSING"


class NotGeodataError(BadInputError):
    """The content is none of the kinds the product reads."""

    code = "NOT_GEODATA"


class FileTooLargeError(BadInputError):
    """The file, or what it unpacks to, is beyond the limits."""

    code = "FILE_TOO_LARGE"


class LayerNotFoundError(BadInputError):
    """The named layer is not in the file, or a layer has to be named."""

    code = "LAYER_NOT_FOUND"


class EncodingError(BadInputError):
    """The text of the file is in none of the encodings that were tried."""

    code = "ENCODING_UNKNOWN"


class UnreadableError(BadInputError):
    """The content looks right but cannot be read to the end."""

    code = "FILE_UNREADABLE"


class ReaderStoppedError(BadInputError):
    """The guarded reader crashed or ran out of time or memory."""

    code = "READER_STOPPED"


BY_CODE: Mapping[str, type[BadInputError]] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            FileMissingError,
            NotGeodataError,
            FileTooLargeError,
            LayerNotFoundError,
            EncodingError,
            UnreadableError,
        )
    }
)
