"""The wheel: built, installed into an empty folder, it holds all five rooms and works from anywhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from maps import assets

CHECKOUT = Path(__file__).resolve().parent.parent
NEEDED = (
    "data/standards/merged.toml",
    "data/standards/categories.toml",
    "maps/templates/coverage.html",
    "maps/static/page.css",
    "maps/static/coverage.js",
    "migrations/env.py",
    "migrations/versions/v0001_first_layers.py",
)
# what breaks first when a file was left out: tables of standards, the page's files, the revisions
PROBE = """
import api.main, data.imports.guard, data.session, data.standards, maps.base, maps.coverage
from alembic.config import Config
from alembic.script import ScriptDirectory
config = Config()
config.set_main_option("script_location", str(data.session.MIGRATIONS))
assert ScriptDirectory.from_config(config).get_current_head()
assert len(data.standards.load_standard().rows) == 30
view = maps.coverage.CoverageView("610199", "示例区", ((34.0, 108.0), (35.0, 109.0)), ())
assert "<html" in maps.coverage.coverage_page(view).build("/page.js").html
print(maps.base.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


def test_it_holds_what_is_no_python_too(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert set(NEEDED) <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "gis",
        "data",
        "maps",
        "api",
        "migrations",
    }
    licences = {name.rsplit("/", 1)[1] for name in names if "/licenses/" in name and ".dist-info" in name}
    assert {"LICENSE", "NOTICE"} <= licences
    if not assets.missing():
        kept = {path.relative_to(CHECKOUT).as_posix() for one in assets.PACKAGES for path, _ in one.kept().values()}
        assert kept <= names


def test_it_works_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    if assets.missing():
        pytest.skip("网页组件还没有取来，装好的包画不出页面。先运行 make setup")
    place = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(place), str(wheel)],
        check=True,
        capture_output=True,
    )
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("WANGGE_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROBE],
        cwd=tmp_path,
        env=plain | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith(str(place))
