"""Settings of one process, read once from the environment and handed down."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting has the prefix WANGGE_; none is needed for the demo."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore")

    database_url: str | None = None
    """An existing PostGIS; without it the private cluster of this checkout is used."""
    cluster: str = "demo"
    """Name of the private cluster, so that the tests never meet the demo's data."""
    files: Path = CHECKOUT / "var" / "files"
    """Where original import files are kept by digest, and the secret of tokens."""
    standards: Path | None = None
    """A folder with a city's own standards, beside the built-in ones."""
    basemap: str = "none"
    """none, a tile address with {z}/{x}/{y}, or a local folder of tiles."""
    review_number: str = ""
    """审图号, printed in the footer of every map."""
    require_token: bool = False
    """Whether requests without a bearer token are refused; always so when served beyond this machine."""
