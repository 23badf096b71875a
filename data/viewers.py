"""Who asks: a role and the code prefix of what it may see in full. Every read takes one."""

from dataclasses import dataclass, field, replace

ROLES = ("管理员", "规划", "街道", "社区", "网格长", "只读")


@dataclass(frozen=True)
class Viewer:
    """A visitor; `scope` is the code of an area or a grid, the empty one sees every area.

    `account` and `request` only say in the audit who did it, `until` when (by the monotonic clock) the question should
    have been answered; they change nothing about what is seen.
    """

    role: str
    scope: str = ""
    account: str = field(default="", compare=False)
    request: str = field(default="", compare=False)
    until: float | None = field(default=None, compare=False)

    @property
    def whole(self) -> "Viewer":
        """The same visitor without a scope: for thinking over a whole district, never for what is shown."""
        return replace(self, scope="")

    def covers(self, code: str) -> bool:
        """Whether everything of an area lies inside the scope."""
        return code.startswith(self.scope)

    def meets(self, code: str) -> bool:
        """Whether an area and the scope share ground: one lies in the other."""
        return self.covers(code) or self.scope.startswith(code)


PLANNER = Viewer("规划")
STRANGER = Viewer("访客")
