"""What `whatif` does with scenarios: keep, open, take back, list, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from api.access import today
from api.cli.output import say, show, table, to_workbook
from api.cli.site import Site
from api.cli.tables import GROUPS, VERDICTS, share_words
from api.flows import scenarios as flow
from api.flows.coverage import Asked
from api.flows.edits import Edit
from api.flows.warm import Shelf
from data import scenarios
from data.session import transaction


@dataclass(frozen=True)
class Kept:
    """The scenarios of an area, for a command."""

    site: Site
    asked: Asked
    as_json: bool
    output: Path | None = None

    def show_all(self) -> None:
        """Print them, the newest first."""
        with transaction(self.site.engine) as connection:
            found = flow.list_of(connection, self.asked.code, self.asked.viewer, today(), self.asked)
        show(found, self.as_json, _list_table(found))
        to_workbook(found, self.output)

    def delete(self, name: str) -> None:
        """Drop one."""
        with transaction(self.site.engine, self.asked.viewer) as connection:
            one = scenarios.named(connection, self.asked.code, name, self.asked.viewer)
            scenarios.remove(connection, one, self.asked.viewer)
        show({"deleted": one.id, "name": name}, self.as_json, f"删掉了情景“{name}”")

    def undo(self, name: str) -> None:
        """Take back the last edit of one."""
        say("读取数据，建步行网络…")
        with transaction(self.site.engine, self.asked.viewer) as connection:
            one = scenarios.named(connection, self.asked.code, name, self.asked.viewer)
            found = flow.undo(connection, Shelf(), one, self.asked)
        self._print(found)

    def open_or_save(self, opened: str | None, save: str | None, edits: Sequence[Edit]) -> None:
        """Print one as it was kept; with more edits, or a name to keep it under, compute it on today's data."""
        with transaction(self.site.engine, self.asked.viewer) as connection:
            one = None if opened is None else scenarios.named(connection, self.asked.code, opened, self.asked.viewer)
            if one is not None and not edits and save is None:
                found = flow.open_one(connection, one, self.asked, today())
            else:
                say("读取数据，建步行网络…")
                before = [] if one is None else flow.edits_of(one)
                name = save or (one.name if one is not None else "")
                standard = self.asked.standard_id if one is None else one.standard_id.split(":")[0]
                asked = replace(self.asked, standard_id=standard)
                found = flow.save(connection, Shelf(), asked, name, [*before, *edits])
        self._print(found)

    def _print(self, found: Mapping[str, Any]) -> None:
        if found["stale"]:
            say("数据已变化，待重算：下面是保存时的结果。加 --save 用原名重算")
        show(found, self.as_json, whatif_table(found["result"]))
        to_workbook(found, self.output)


def whatif_table(found: Mapping[str, Any]) -> Table:
    """What a what-if changes, area first, then the communities it touches."""
    rows = []
    for name, items in [(found["name"], found["area"]), *((one["name"], one["items"]) for one in found["communities"])]:
        rows += [
            (
                name or "",
                item["name"],
                GROUPS[item["group"]],
                share_words(item["before"]["share"]),
                share_words(item["after"]["share"]),
                f"{round((item['after']['people_in'] or 0) - (item['before']['people_in'] or 0)):+,}",
                f"{VERDICTS[item['before']['verdict']]} → {VERDICTS[item['after']['verdict']]}",
            )
            for item in items
        ]
    columns = [("范围", False), ("服务设施", False), ("人群", False), ("改前", True), ("改后", True)]
    head = f"{'；'.join(found['edits'])}：{found['compounds_changed']} 个小区的步行距离有变化（只算，没有改数据）"
    return table([*columns, ("覆盖人数", True), ("结论", False)], rows, head)


def _list_table(found: Mapping[str, Any]) -> Table:
    rows = [
        (
            one["name"],
            one["code"],
            "；".join(one["words"]),
            f"+{round(one['people_more']):,} / -{round(one['people_fewer']):,}",
            one["changed_at"][:16].replace("T", " "),
            "数据已变化，待重算" if one["stale"] else "",
        )
        for one in found["items"]
    ]
    columns = [("情景", False), ("范围", False), ("修改", False), ("覆盖人次", True), ("时间", False), ("", False)]
    return table(columns, rows, f"{found['code']} 有 {len(rows)} 个情景")
