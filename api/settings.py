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
    fonts: Path | None = None
    """A folder of type faces for papers and atlases, looked at before those of the machine."""
    review_number: str = ""
    """审图号, printed in the footer of every map."""
    open: bool = False
    """Whether visitors need not sign in and count as 规划; only `--open` and `demo` switch it on, on this machine."""
    proxy_header: str = ""
    """The header in which a reverse proxy names the account it has signed on; empty: no header is believed."""
    proxy_from: str = "127.0.0.1,::1"
    """The addresses of the reverse proxies whose headers are believed, with commas between."""
    upload_mb: int = 300
    """The largest file that an upload may carry."""
    job_days: int = 90
    """How many days jobs that have ended are kept with their files; 0: for ever."""
    requests_per_s: int = 40
    """How many requests a second one visitor may go on sending; 0: no limit."""

    @property
    def proxy_hosts(self) -> frozenset[str]:
        """The trusted addresses one by one."""
        return frozenset(part.strip() for part in self.proxy_from.split(",") if part.strip())
