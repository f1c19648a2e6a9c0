"""Places from a database in MaxMind's format."""

from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from adapters.geography import open_geography
from adapters.settings import SettingsError
from bot.ports import Geography

CITY = {"city": {"names": {"en": "The Hague", "nl": "Den Haag"}}, "country": {"names": {"en": "Netherlands"}}}
PLACES: dict[str, Any] = {
    "198.51.100.0/25": CITY,
    "198.51.100.128/25": {"country": {"iso_code": "BE", "names": {"en": "Belgium"}}},
    "2001:db8:2::/48": CITY,
    "203.0.113.0/26": {"city": {"names": {"fr": "Liège"}}},
    "203.0.113.64/26": {"city": ["Utrecht"], "country": {"names": 7}},
    "203.0.113.128/26": {"city": {"names": {"en": "a\x00b" * 80}}},
    "203.0.113.192/26": {"city": {"names": {"en": ""}}},
}


@pytest.fixture(scope="module")
def geography(tmp_path_factory: pytest.TempPathFactory) -> Geography:
    file = tmp_path_factory.mktemp("places") / "places.mmdb"
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City", languages=["en"])
    for network, place in PLACES.items():
        writer.insert_network(IPSet([network]), place)
    writer.to_db_file(str(file))
    opened = open_geography(file)
    assert opened
    return opened


@pytest.mark.parametrize(
    ("network", "place"),
    [
        ("198.51.100.7", "The Hague, Netherlands"),
        ("2001:db8:2::7", "The Hague, Netherlands"),
        ("198.51.100.200", "Belgium"),
        ("203.0.113.7", None),
        ("203.0.113.70", None),
        ("203.0.113.130", ("ab" * 80)[:100]),
        ("203.0.113.200", None),
        ("192.0.2.1", None),
        ("10.0.0.1", None),
        ("no address", None),
        ("", None),
    ],
)
def test_what_is_known_of_a_network_is_told(geography: Geography, network: str, place: str | None) -> None:
    assert geography.locate(network) == place


def test_nothing_is_told_without_a_database() -> None:
    assert open_geography(None) is None


@pytest.mark.parametrize("content", [b"", b"no database", b"\xab\xcd\xefMaxMind.com\xff\xff"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="PARAAF_GEOIP_DB"):
        open_geography(file)
