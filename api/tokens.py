"""What this installation signs: bearer tokens, sign-in links, the mark of a known browser, proofs of a write."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from api.settings import Settings
from gis.errors import UnauthorizedError

ALGORITHM = "HS256"
BEARER, LINK, BROWSER = "wangge", "wangge-link", "wangge-browser"
LIFETIME = timedelta(days=30)
LINK_LASTS = timedelta(days=1)
BROWSER_LASTS = timedelta(days=365)
EXPIRED = "令牌已过期。用 wangge token 再发一个"
INVALID = "令牌无效。用 wangge token 再发一个"


@dataclass(frozen=True)
class Issued:
    """A bearer token as it is handed out once, and the number under which it is remembered."""

    text: str
    number: str
    expires_at: datetime


def secret(settings: Settings) -> str:
    """The signing secret of this installation, made on first use and readable by its owner only."""
    path = settings.files / "token.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        if not path.read_text():
            path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def issue(settings: Settings, role: str, scope: str, now: datetime, lasts: timedelta = LIFETIME) -> Issued:
    """A bearer token of a role and scope; it opens nothing until its number is remembered."""
    number, expires_at = secrets.token_urlsafe(12), now + lasts
    claims = {"aud": BEARER, "jti": number, "role": role, "scope": scope, "iat": now, "exp": expires_at}
    return Issued(jwt.encode(claims, secret(settings), ALGORITHM), number, expires_at)


def number_of(settings: Settings, text: str) -> tuple[str, str, str]:
    """Number, role and scope of a bearer token; UnauthorizedError where it was not issued here as it is."""
    claims = _claims(settings, text, BEARER)
    return str(claims["jti"]), str(claims.get("role")), str(claims.get("scope", ""))


def link(settings: Settings, account: str, now: datetime) -> str:
    """What a sign-in link of an open site carries."""
    return jwt.encode({"aud": LINK, "jti": account, "exp": now + LINK_LASTS}, secret(settings), ALGORITHM)


def account_of_link(settings: Settings, text: str) -> str:
    """The account of a sign-in link; UnauthorizedError where it was not made here or is too old."""
    return str(_claims(settings, text, LINK)["jti"])


def browser(settings: Settings, account: str, now: datetime) -> str:
    """The mark a browser keeps after an account has signed in with it."""
    claims = {"aud": BROWSER, "jti": account, "nonce": secrets.token_urlsafe(9), "exp": now + BROWSER_LASTS}
    return jwt.encode(claims, secret(settings), ALGORITHM)


def knows(settings: Settings, text: str, account: str) -> bool:
    """Whether a browser's mark says that this account has signed in with it before."""
    try:
        return str(_claims(settings, text, BROWSER)["jti"]) == account
    except UnauthorizedError:
        return False


def proof(settings: Settings, cookie: str) -> str:
    """What a page of ours sends along with a write, and a page of somebody else's cannot know."""
    return hmac.new(secret(settings).encode(), f"csrf {cookie}".encode(), hashlib.sha256).hexdigest()


def _claims(settings: Settings, text: str, audience: str) -> dict[str, object]:
    options = {"require": ["exp", "aud", "jti"]}
    try:
        return dict(jwt.decode(text, secret(settings), [ALGORITHM], audience=audience, options=options))
    except jwt.ExpiredSignatureError as error:
        raise UnauthorizedError(EXPIRED) from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise UnauthorizedError(INVALID) from error
