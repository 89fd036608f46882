"""A small reader of registries: manifests over the OCI distribution API, anonymous, bounded.

What a Dockerfile names is untrusted: answers are read up to a size, silence ends, nothing but https is
spoken to any other machine, and there is no login that could leak.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from stagewright import __version__
from stagewright.errors import StagewrightError
from stagewright.images.reference import DOCKER_HUB, Reference

# What the distribution specification lets a registry refuse to store as a manifest.
MAX_BYTES = 4 << 20
SILENCE_SECONDS = 10.0
_REDIRECTS = 3
_HUB_HOST = "registry-1.docker.io"
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_TOKEN = re.compile(r"[\w.~+/=-]+", re.ASCII)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_STATUS = {
    401: "there is no such image, or it wants a login",
    403: "there is no such image, or it wants a login",
    404: "the registry has no such image",
    429: "the registry has had too many requests (429); try again later",
}


class LookUpFailed(StagewrightError):
    """A registry did not say what it was asked; the message is the reason."""


class Registry:
    """The manifests of one repository. A registry on this machine is plain HTTP, by Docker's convention."""

    def __init__(self, reference: Reference) -> None:
        local = _is_local(reference.registry)
        host = _HUB_HOST if reference.registry == DOCKER_HUB else reference.registry
        self._origin = f"{'http' if local else 'https'}://{host}"
        self._repository = reference.repository
        self._opener = build_opener(_RedirectsByHand, *([ProxyHandler({})] if local else []))
        self._token = ""

    def manifest(self, name: str) -> dict[str, Any]:
        """The manifest or index of a tag or digest. Raises LookUpFailed."""
        try:
            return self._manifest(f"{self._origin}/v2/{self._repository}/manifests/{name}")
        except HTTPError as error:
            error.close()
            status = error.code
            redirect = "the registry redirects too often, or to what is not https"
            reason = redirect if 300 <= status < 400 else f"the registry answers {status}"
            raise LookUpFailed(_STATUS.get(status, reason)) from error
        except OSError as error:
            raise LookUpFailed(_fault(error)) from error
        except (http.client.HTTPException, ValueError, OverflowError, RecursionError) as error:
            # Their texts may repeat what the registry sent, which belongs on no terminal.
            raise LookUpFailed("the registry's answer cannot be read") from error

    def _manifest(self, url: str) -> dict[str, Any]:
        try:
            return self._object(url, self._token)
        except HTTPError as error:
            if error.code != http.client.UNAUTHORIZED or self._token:
                raise
            error.close()
            challenges = error.headers.get_all("WWW-Authenticate", [])
        self._token = self._granted(challenges)
        return self._object(url, self._token)

    def _granted(self, challenges: list[str]) -> str:
        """A token for anybody, from the place that the registry names."""
        for challenge in challenges:
            scheme, _, rest = challenge.partition(" ")
            told = dict(_PARAMETER.findall(rest))
            realm = told.get("realm", "")
            if scheme.lower() != "bearer" or not realm.startswith(("https://", f"{self._origin}/")):
                continue
            query = {"scope": told.get("scope", f"repository:{self._repository}:pull")}
            if "service" in told:
                query["service"] = told["service"]
            answer = self._object(f"{realm}{'&' if '?' in realm else '?'}{urlencode(query)}")
            token = answer.get("token") or answer.get("access_token")
            if isinstance(token, str) and _TOKEN.fullmatch(token):
                return token
        raise LookUpFailed("the registry gives no token without a login")

    def _object(self, url: str, token: str = "", redirects: int = _REDIRECTS) -> dict[str, Any]:
        headers = {"Accept": _MANIFESTS, "User-Agent": f"stagewright/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # The scheme is https, or http to this machine alone.
        request = Request(url, headers=headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=SILENCE_SECONDS) as answer:
                data = answer.read(MAX_BYTES + 1)
        except HTTPError as error:
            there = urljoin(url, error.headers.get("Location", "")) if 300 <= error.code < 400 else ""
            if not there.startswith("https://") or not redirects:
                raise
            error.close()
            # The token is for the registry, not for where it points to.
            return self._object(there, redirects=redirects - 1)
        if len(data) > MAX_BYTES:
            raise LookUpFailed(f"the registry's answer is larger than {MAX_BYTES >> 20} MiB")
        found = json.loads(data)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


class _RedirectsByHand(HTTPRedirectHandler):
    """urllib would read the whole body of a redirect, however long it is."""

    def redirect_request(self, *_: object) -> None:
        return None


def _is_local(registry: str) -> bool:
    host = registry.rpartition(":")[0] if re.search(r":\d+\Z", registry) else registry
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _fault(error: OSError) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"the registry said nothing for {SILENCE_SECONDS:g} seconds"
    told = reason.strerror if isinstance(reason, OSError) else None
    return f"the registry cannot be reached: {told or reason}"
