"""Who may see what: bearer tokens, and the viewer of a request."""

import secrets
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import Request

from api.errors import UnauthorizedError
from api.settings import Settings
from data.viewers import PLANNER, ROLES, Viewer
from gis.errors import BadInputError

ALGORITHM = "HS256"
AUDIENCE = "wangge"
LIFETIME = timedelta(days=30)


def secret(settings: Settings) -> str:
    """The signing secret of this installation, made on first use and readable by its owner only."""
    path = settings.files / "token.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        if not path.read_text():
            path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def issue(settings: Settings, role: str, area: str, now: datetime) -> str:
    """A bearer token of a role for an area code; BadInputError for a role that does not exist."""
    if role not in ROLES:
        raise BadInputError(f"没有“{role}”这个角色。可选：{'、'.join(ROLES)}")
    claims = {"aud": AUDIENCE, "role": role, "scope": area, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, secret(settings), ALGORITHM)


def viewer_of_token(settings: Settings, token: str) -> Viewer:
    """The viewer a token was issued to; UnauthorizedError where it was not issued here as it is."""
    try:
        claims = jwt.decode(
            token, secret(settings), [ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "aud"]}
        )
    except jwt.ExpiredSignatureError as error:
        raise UnauthorizedError("令牌已过期。用 wangge token 再发一个") from error
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError("令牌无效。用 wangge token 再发一个") from error
    return Viewer(str(claims.get("role")), str(claims.get("scope", "")))


def viewer_of(request: Request) -> Viewer:
    """The viewer of a request: its token's, or 规划 where the site is open."""
    settings: Settings = request.app.state.settings
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return viewer_of_token(settings, token.strip())
    if settings.require_token:
        raise UnauthorizedError("这里要凭令牌访问。请求头写 Authorization: Bearer …，令牌用 wangge token 发放")
    return PLANNER


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
