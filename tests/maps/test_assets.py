"""Vendored browser files are the pinned ones, or none."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from maps import assets
from maps.assets import AssetError, Package

TEXT = b"window.L = 1;"


def package(digest: str) -> Package:
    return Package("toy", "1.0.0", "dist/", (("dist/toy.js", digest),))


def archive(folder: Path, name: str = "package/dist/toy.js") -> Path:
    path = folder / "toy-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(TEXT)
        tar.addfile(info, io.BytesIO(TEXT))
    return path


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    return tmp_path / "vendor"


def test_a_pinned_file_is_kept_under_its_package(vendor: Path, tmp_path: Path) -> None:
    toy = package(hashlib.sha256(TEXT).hexdigest())
    assert assets.missing([toy]) == [toy]
    assets.unpack(archive(tmp_path), toy)
    assert (vendor / "toy" / "toy.js").read_bytes() == TEXT
    assert assets.missing([toy]) == []
    assert assets.fetch([toy]) == []


def test_a_file_changed_afterwards_is_missing_again(vendor: Path, tmp_path: Path) -> None:
    toy = package(hashlib.sha256(TEXT).hexdigest())
    assets.unpack(archive(tmp_path), toy)
    (vendor / "toy" / "toy.js").write_bytes(TEXT + b"//")
    assert assets.missing([toy]) == [toy]


@pytest.mark.parametrize("name", ["package/dist/toy.js", "package/dist/other.js"])
def test_another_content_is_refused_and_not_kept(vendor: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(AssetError, match="校验值不符"):
        assets.unpack(archive(tmp_path, name), package("0" * 64))
    assert not (vendor / "toy" / "toy.js").exists()


def test_a_failing_command_is_one_chinese_sentence(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"没取到网页组件（npm ERR! 404.*检查网络"):
        assets.run([sys.executable, "-c", "import sys; sys.exit('npm ERR! 404 Not Found')"], tmp_path)
    with pytest.raises(AssetError, match="没能运行"):
        assets.run([tmp_path / "nothing"], tmp_path)


def test_the_command_ends_with_3_when_the_network_is_gone(
    vendor: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object) -> None:
        raise AssetError("没取到网页组件（断网）。检查网络后再运行 make setup")

    monkeypatch.setattr(assets, "run", gone)
    monkeypatch.setattr(assets, "npm", lambda _: ["npm"])
    assert assets.main() == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert not vendor.exists()


def test_the_licence_of_every_package_is_kept() -> None:
    assert all(any(path == "LICENSE" for path, _ in p.files) for p in assets.PACKAGES)
