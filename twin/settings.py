"""One frozen tree of settings, read from the environment and passed to whoever needs it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]

Network = IPv4Network | IPv6Network


def _split(value: Any) -> Any:  # noqa: ANN401 (whatever the environment or a caller gives)
    return value.replace(",", " ").split() if isinstance(value, str) else value


class DbSettings(BaseModel):
    """Which PostGIS to use, and how patiently."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = Field(
        None,
        description="libpq address of an existing PostGIS database, `postgresql://user@host/name`."
        " Unset: the private cluster under `TWIN_HOME`.",
    )
    pool_size: int = Field(8, ge=1, le=100, description="Connections kept by one API worker.")
    max_waiting: int = Field(
        256, ge=0, description="Most requests of one worker that wait for a connection."
    )
    statement_timeout_ms: int = Field(
        10_000, ge=100, description="A query that runs longer is cancelled, milliseconds."
    )


class ApiSettings(BaseModel):
    """Where the service listens, and what it accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on; loopback unless told.")
    port: int = Field(8000, ge=1, le=65535, description="TCP port.")
    workers: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Worker processes. Unset: half the cores, since the database needs the others,"
        " and no more than one for each GB of memory.",
    )
    max_in_flight: int = Field(
        8,
        ge=1,
        le=100,
        description="Requests that one worker works on at once; each may need a connection of"
        " `TWIN_DB__POOL_SIZE`.",
    )
    max_queued: int = Field(
        64, ge=0, description="Requests that wait beyond those; more are told to come back (503)."
    )
    max_queued_s: float = Field(
        5, gt=0, description="Longest wait of a request before it is told to come back, seconds."
    )
    max_streams: int = Field(
        4,
        ge=1,
        description="Downloads and other long answers that one worker sends at once, beside"
        " `TWIN_API__MAX_IN_FLIGHT`.",
    )
    metrics_peers: str = Field(
        "127.0.0.0/8,::1/128",
        description="Networks whose direct connections may read `/metrics`, separated by commas;"
        " what a proxy passes on may not.",
    )

    @field_validator("metrics_peers")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for network in value.split(","):
            ip_network(network.strip())
        return value

    root_path: str = Field("", description="Path prefix added by a reverse proxy, e.g. `/twin`.")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)] = Field(
        (),
        description="Addresses and networks of reverse proxies whose headers are believed, with"
        " commas, e.g. `127.0.0.1,10.0.0.0/8`. None unless told.",
    )
    proxy_headers: Literal["x-forwarded", "forwarded"] = Field(
        "x-forwarded",
        description="Which headers they set: `X-Forwarded-…`, or `Forwarded` (RFC 7239).",
    )
    admin_token: SecretStr | None = Field(
        None,
        min_length=20,
        description="Token of the operator, at least 20 characters, sent as"
        " `Authorization: Bearer …`: needed by what writes (jobs), except on this machine itself."
        " Unset: nobody else may write.",
    )
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="Largest request body, bytes.")
    kept_mb: int = Field(
        8, ge=0, description="Pages of items kept until something changes, megabytes a worker."
    )
    max_listeners: int = Field(
        500, ge=0, description="Most open maps that one worker tells of changes."
    )
    max_downloads: int = Field(
        2, ge=1, description="Downloads that one worker makes at a time; each keeps a connection."
    )
    download_timeout_s: int = Field(
        900, ge=1, description="A download that takes longer is cut off, seconds."
    )
    max_vertices: int = Field(20_000, ge=4, description="Most vertices of a drawn geometry.")


class LogSettings(BaseModel):
    """What is written to the log, on standard error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is written."
    )
    access: Literal["failed", "most", "all"] = Field(
        "most",
        description="Requests that are written: those that failed by our fault; most, without"
        " tiles, health and files of the page where they succeed; or all.",
    )


class TileSettings(BaseModel):
    """How much of the tiles is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: int = Field(40, ge=1, description="Ready tiles kept by one worker, megabytes.")
    store_mb: int = Field(
        1_000, ge=16, description="Tiles kept on disk for all workers, megabytes."
    )


class JobSettings(BaseModel):
    """How much long work is done, and how long its results are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(
        1,
        ge=0,
        le=16,
        description="Jobs that `twin serve`, or `twin jobs work`, runs at a time. 0: `twin serve`"
        " runs none, another host does.",
    )
    timeout_s: int = Field(3600, ge=1, description="A job that takes longer is ended, seconds.")
    sync_timeout_s: float = Field(
        20, gt=0, description="An answer at once that takes longer is refused, seconds."
    )
    sync_runs: int = Field(
        4,
        ge=1,
        le=64,
        description="Answers at once that one worker of the service works out at a"
        " time, for whoever asks; others wait two seconds and are told to come back.",
    )
    max_queued: int = Field(100, ge=0, description="Jobs that wait; more are told to come back.")
    memory_mb: int = Field(
        4_000, ge=500, description="Memory one job may allocate, megabytes; Linux alone."
    )
    max_result_mb: float = Field(
        50, gt=0, le=500, description="Largest result that is kept, megabytes."
    )
    keep_days: float = Field(30, gt=0, description="Days that results of jobs are kept.")
    input_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        (),
        description="Hosts, with ports, that inputs given by reference may be fetched from, with"
        " commas, e.g. `data.go.th,localhost:8080`. None unless told; `data:` addresses always.",
    )


class Settings(BaseSettings):
    """All settings; each is an environment variable `TWIN_…`, nested ones with `__`."""

    model_config = SettingsConfigDict(
        env_prefix="TWIN_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # one of them is a secret
        frozen=True,
        extra="ignore",
    )

    home: Path = Field(CHECKOUT / ".twin", description="Cluster, caches, downloads, logs.")
    data_dir: Path | None = Field(None, description="Folder with the real data of an edition.")
    web_dir: Path = Field(
        CHECKOUT / "web" / "dist", description="The built front end that `/` serves."
    )
    db: DbSettings = DbSettings()
    api: ApiSettings = ApiSettings()
    log: LogSettings = LogSettings()
    tiles: TileSettings = TileSettings()
    jobs: JobSettings = JobSettings()

    @property
    def download_dir(self) -> Path:
        """Where `twin layers fetch` keeps what it downloaded."""
        return self.home / "downloads"

    @property
    def own_dir(self) -> Path:
        """Where `twin layers load LAYER --file FILE` keeps the files that it was given."""
        return self.home / "files"

    @property
    def tile_dir(self) -> Path:
        """Where tiles are kept that were made before."""
        return self.home / "tiles"

    @property
    def temporary_dir(self) -> Path:
        """Where files are made before they are sent."""
        return self.home / "tmp"

    @property
    def network_dir(self) -> Path:
        """Where the arrays of street networks are kept."""
        return self.home / "network"

    @property
    def surface_dir(self) -> Path:
        """Where travel-time surfaces are kept as GeoTIFFs, the oldest of many removed."""
        return self.home / "surface"

    @property
    def raster_dir(self) -> Path:
        """Where the Cloud-Optimised GeoTIFFs of loaded raster layers live."""
        return self.home / "raster"
