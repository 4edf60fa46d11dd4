"""Resolution of host names to public addresses only (protection against SSRF)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from workflows.sources.answers import Denied, NoAnswer

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str], Awaitable[list[str]]]

_TRANSLATING = tuple(
    IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
)
"""IPv6 transition prefixes (NAT64, 6to4, Teredo), whose embedded IPv4 address may be private."""

_NOT_GLOBAL = tuple(
    ip_network(network)
    for network in ("192.88.99.0/24", "192.0.0.0/24", "198.18.0.0/15", "3fff::/20", "5f00::/16", "100::/64", "100:0:0:1::/64")
)
"""Special-purpose blocks of the registries of IANA that older versions of Python take for public: relays of 6to4 (RFC 7526),
documentation (RFC 9637), segment routing (RFC 9602), discarding (RFC 6666, 9780), benchmarks and protocol assignments."""


async def resolve(name: str) -> list[str]:
    """All addresses of a name from the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def public_address(name: str, resolver: Resolver, allowed: Collection[Address] = ()) -> Address:
    """The address to connect to. Raises NoAnswer for none, Denied if any of them is not public.

    All are checked: a name with a private address among public ones may be an attack.
    """
    try:
        written = await resolver(name)
    except OSError:
        raise NoAnswer(f"The name {name} has no address now.") from None
    if not written:
        raise NoAnswer(f"The name {name} has no address now.")
    found: list[Address] = []
    for text in written:
        try:
            address = ip_address(text)
        except ValueError:
            raise Denied(f"{name} has an address that is none: {text[:60]}.") from None
        if not is_public(address) and address not in allowed:
            raise Denied(f"{name} leads to {text[:60]}, which is not an address of the public internet.")
        found.append(address)
    return next((address for address in found if address.version == 4), found[0])


def is_public(address: Address) -> bool:
    """Whether an address is a unicast host of the public internet, including mapped forms."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or address.scope_id is not None:
            return False
        if any(address in network for network in _TRANSLATING):
            return False
    if any(address.version == network.version and address in network for network in _NOT_GLOBAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
