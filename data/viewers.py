"""Who asks: a role and the code prefix of what it may see. Every read takes one."""

from dataclasses import dataclass

ROLES = ("管理员", "规划", "街道", "社区", "网格长", "只读")


@dataclass(frozen=True)
class Viewer:
    """A visitor; `scope` is a code prefix, the empty one sees every area."""

    role: str
    scope: str = ""


PLANNER = Viewer("规划")
