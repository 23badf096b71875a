"""The one error base of the product: a code for machines and a Chinese sentence for people, no HTTP in it."""

from typing import ClassVar


class WanggeError(Exception):
    """Base of every error the product raises on purpose.

    `code` is upper snake case and stable; `detail` is Chinese and says what to do next; `facts` are more
    members for programs.
    """

    code: ClassVar[str] = "ERROR"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts: dict[str, object] = {}


class BadInputError(WanggeError):
    """What the user handed over cannot be used; nothing was changed."""

    code = "BAD_INPUT"


class OverlapError(BadInputError):
    """Two areas or grids of one level would share ground at the same time."""

    code = "OVERLAP"


class CodeTwiceError(BadInputError):
    """A code would mean two things at the same time."""

    code = "CODE_DUPLICATE"


class ConflictError(WanggeError):
    """Somebody else wrote at the same moment; nothing was changed, trying again is right."""

    code = "CONFLICT"


class NotAllowedError(WanggeError):
    """The viewer may see this installation, but not do what was asked."""

    code = "FORBIDDEN"


class NotFoundError(WanggeError):
    """The asked thing does not exist, or is outside the viewer's scope."""

    code = "NOT_FOUND"


class MachineError(WanggeError):
    """Port, rights, disk or database of this machine."""

    code = "ENVIRONMENT"


class SlowError(MachineError):
    """A question that takes longer to answer than it may; nothing was changed."""

    code = "TOO_SLOW"


class UnauthorizedError(WanggeError):
    """Nobody has signed in, or with something that is not ours, expired or altered."""

    code = "UNAUTHORIZED"


class LaterError(WanggeError):
    """Too many in too short a time; `wait_s` seconds until the next one is taken."""

    code = "TOO_MANY"

    def __init__(self, detail: str, wait_s: int) -> None:
        super().__init__(detail)
        self.wait_s = wait_s
