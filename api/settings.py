"""Settings of one process, read once from the environment and handed down."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

BASEMAP_ROUTE = "/basemap"
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

    @property
    def basemap_address(self) -> str | None:
        """Where pages ask for base map tiles: None, the configured address, or the folder as this site serves it."""
        if self.basemap in ("", "none"):
            return None
        return self.basemap if "{z}" in self.basemap else BASEMAP_ROUTE + "/{z}/{x}/{y}.png"

    @property
    def basemap_folder(self) -> Path | None:
        """The folder of tiles, where the base map is one."""
        return None if self.basemap in ("", "none") or "{z}" in self.basemap else Path(self.basemap)

    site_url: str = ""
    """The address people reach the site by; printed in QR codes. Empty: the one of the request."""
    review_number: str = ""
    """审图号, printed in the footer of every map."""
    require_token: bool = False
    """Whether requests without a bearer token are refused; always so when served beyond this machine."""
