"""Climates of the catalogue, that of Frontier among them, and air that stays as it is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.catalogue import load
from gortyn.catalogue.overlay import Overlay
from gortyn.climate import Weather, wet_bulb_c
from gortyn.climate.normals import normals, typical_year
from gortyn.model import Cooling, Phase

HEADER = "entry,field,value,unit,low,high,date,evidence,source,note"


@pytest.fixture(scope="session")
def facts(tmp_path_factory):
    """The shipped catalogue with Oak Ridge among its climates."""
    folder = tmp_path_factory.mktemp("oak-ridge")
    (folder / "sources.csv").write_text("key,citation,url,date\nmade-up,Stated in a test,,2026\n")
    normals = load().entry("comparators", "Oak-Ridge")
    rows = [
        f"oak-ridge,{field},{fact.number},1,,,2026,assumed,made-up,"
        for field, fact in normals.items()
        if fact.unit != "text"
    ]
    (folder / "climates.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return Overlay(folder).lookup()


@pytest.fixture(scope="session")
def year(facts):
    """Typical year of a climate by its name."""
    return lambda entry: typical_year(normals(facts, entry))


@pytest.fixture(scope="session")
def climates():
    """Every shipped climate."""
    return load().entries("climates")


@pytest.fixture
def still():
    """Hours of the same air, one for each temperature given."""

    def make(dry_c, humidity=0.5):
        dry = np.atleast_1d(np.asarray(dry_c, float))
        share = np.broadcast_to(humidity, dry.shape)
        return Weather(dry, wet_bulb_c(dry, share), share, np.zeros_like(dry), np.zeros_like(dry))

    return make


@pytest.fixture
def site():
    """A site of one phase by its latitude and longitude."""

    def make(latitude_deg, longitude_deg, **stated):
        phases = (Phase(name="one", operational=date(2028, 1, 1), machine="plain", chips=8),)
        return plain.site(
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            phases=phases,
            **{"cooling": Cooling(kind="liquid")} | stated,
        )

    return make
