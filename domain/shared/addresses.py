"""Whom an internet address stands for."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

IPV6_NETWORK = 64
"""Whoever has an IPv6 address has all of this network."""


@lru_cache(maxsize=10_000)
def network(address: str) -> str:
    """IPv4 as it is, IPv6 by its network; anything else as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, IPV6_NETWORK), strict=False).network_address)
    return address
