"""Makes places.mmdb, a GeoIP database in MaxMind's format with the few addresses that the tests come from.

pip install mmdb_writer==0.2.7 && python places.py
"""

from netaddr import IPSet
from mmdb_writer import MMDBWriter

SPAIN = {"iso_code": "ES", "names": {"en": "Spain", "es": "España", "fr": "Espagne"}}

writer = MMDBWriter(6, "GeoLite2-City", languages=["en", "es"], ipv4_compatible=True,
                    description="Places of Aldaba's tests")
writer.insert_network(IPSet(["198.51.100.0/25"]), {
    "city": {"names": {"en": "Seville", "es": "Sevilla"}}, "country": SPAIN})
writer.insert_network(IPSet(["198.51.100.128/25"]), {"country": SPAIN})
writer.insert_network(IPSet(["2001:db8:1::/48"]), {
    "city": {"names": {"en": "Santa Cruz de Tenerife"}}, "country": SPAIN})
writer.insert_network(IPSet(["203.0.113.0/24"]), {"continent": {"code": "EU"}})
writer.to_db_file("places.mmdb")
