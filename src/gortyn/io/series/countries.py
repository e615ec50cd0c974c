"""This module owns what files of hourly values call a country, and the standard time on its clocks."""

from __future__ import annotations

from typing import Final, NamedTuple


class Country(NamedTuple):
    """A country as files name it; the offset is that of its standard time, ahead of UTC [h]."""

    code: str
    code3: str
    names: tuple[str, ...]
    offset_h: int


# Codes and names: ISO 3166-1, with the other names that exports use. All of these change the clock by the EU's rule.
_TABLE: Final = """
AD AND 1 Andorra
AL ALB 1 Albania
AT AUT 1 Austria
BA BIH 1 Bosnia and Herzegovina|Bosnia Herzegovina
BE BEL 1 Belgium
BG BGR 2 Bulgaria
CH CHE 1 Switzerland
CY CYP 2 Cyprus
CZ CZE 1 Czechia|Czech Republic
DE DEU 1 Germany
DK DNK 1 Denmark
EE EST 2 Estonia
ES ESP 1 Spain
FI FIN 2 Finland
FR FRA 1 France
GB GBR 0 United Kingdom|Great Britain
GR GRC 2 Greece
HR HRV 1 Croatia
HU HUN 1 Hungary
IE IRL 0 Ireland
IT ITA 1 Italy
LT LTU 2 Lithuania
LU LUX 1 Luxembourg
LV LVA 2 Latvia
MD MDA 2 Moldova
ME MNE 1 Montenegro
MK MKD 1 North Macedonia|Macedonia
MT MLT 1 Malta
NL NLD 1 Netherlands
NO NOR 1 Norway
PL POL 1 Poland
PT PRT 0 Portugal
RO ROU 2 Romania
RS SRB 1 Serbia
SE SWE 1 Sweden
SI SVN 1 Slovenia
SK SVK 1 Slovakia
UA UKR 2 Ukraine
"""


def _read() -> dict[str, Country]:
    found = {}
    for line in _TABLE.strip().splitlines():
        code, code3, offset, names = line.split(" ", maxsplit=3)
        found[code] = Country(code, code3, tuple(names.split("|")), int(offset))
    return found


COUNTRIES: Final = _read()
"""European countries by their ISO 3166-1 alpha-2 code."""
