"""Metrics in the form of Prometheus, for the machine's own operators."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from fastapi import APIRouter, Request, Response

from api.deps import STRICT, SettingsDep
from api.observing.metrics import expose
from api.proxies import passed_on
from twin.errors import NotFoundError

router = APIRouter(dependencies=STRICT, include_in_schema=False)


@router.get("/metrics")
def get_metrics(request: Request, settings: SettingsDep) -> Response:
    """Return the metrics of all workers."""
    if not _is_operator(request, settings.api.metrics_peers):
        raise NotFoundError("There is nothing at this address.", "ไม่มีที่อยู่นี้")
    content, media_type = expose(request.headers.get("accept", ""))
    return Response(content, headers={"Cache-Control": "no-store"}, media_type=media_type)


def _is_operator(request: Request, networks: str) -> bool:
    if request.client is None or passed_on(request.headers):
        return False
    try:
        peer = ip_address(request.client.host)
    except ValueError:
        return False
    return any(peer in ip_network(network.strip()) for network in networks.split(","))
