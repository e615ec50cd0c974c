"""Staging by hand, on the narrowest of the links, and never slower on a faster one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pools
from gortyn import spaces
from gortyn.catalogue import load
from gortyn.spaces.links import between_gbit_per_s

CATALOGUE = load()
RATES = st.floats(0.01, 1e5)


def number(entry: str, field: str) -> float:
    return CATALOGUE.fact("networks", entry, field).number


def test_nine_terabytes_over_a_quarter_of_ten_gigabits_take_eight_hours() -> None:
    """9e12 bytes are 72,000 Gbit; at 2.5 Gbit/s they take 28,800 s."""
    scenario = pools.scenario(pools.space())
    assert spaces.stage_s(scenario, CATALOGUE.lookup(), "pool", "north") == 8 * 3600
    (row,) = spaces.staging(scenario, CATALOGUE.lookup())
    assert (row.data_space, row.site, row.narrowest) == ("pool", "north", "holder")
    assert (row.rate_gbit_per_s, row.staging_s) == (2.5, pytest.approx(28_800))


def test_part_of_the_data_takes_part_of_the_time_rounded_up() -> None:
    scenario, facts = pools.scenario(pools.space()), CATALOGUE.lookup()
    assert spaces.stage_s(scenario, facts, "pool", "north", size_tb=1.0) == 3200
    assert spaces.stage_s(scenario, facts, "pool", "north", size_tb=0.0001) == 1
    assert spaces.stage_s(scenario, facts, "pool", "north", size_tb=0.0) == 0


def test_all_spaces_come_to_all_sites() -> None:
    scenario = pools.scenario(pools.space("a"), pools.space("b", link_gbit_per_s=400.0))
    second = scenario.sites[0].model_copy(update={"name": "south", "network_gbit_per_s": 4.0})
    scenario = scenario.model_copy(update={"sites": (*scenario.sites, second)})
    rows = spaces.staging(scenario, CATALOGUE.lookup())
    assert [(row.data_space, row.site, row.rate_gbit_per_s, row.narrowest) for row in rows] == [
        ("a", "north", 2.5, "holder"),
        ("a", "south", 1.0, "site"),
        ("b", "north", 25.0, "site"),
        ("b", "south", 1.0, "site"),
    ]


def test_data_of_another_country_pass_the_network_between() -> None:
    facts = CATALOGUE.lookup()
    narrow = between_gbit_per_s(facts, "MT", "FI")
    wide = {"link_gbit_per_s": 1e5, "country": "MT"}
    (abroad,) = spaces.staging(pools.scenario(pools.space(**wide), network_gbit_per_s=1e5), facts)
    assert (abroad.narrowest, abroad.rate_gbit_per_s) == ("network", narrow / 4)
    (home,) = spaces.staging(pools.scenario(pools.space(**wide | {"country": "FI"}), network_gbit_per_s=1e5), facts)
    assert (home.narrowest, home.rate_gbit_per_s) == ("holder", 25_000)


def test_a_country_that_nobody_knows_is_bounded_by_the_backbone() -> None:
    assert between_gbit_per_s(CATALOGUE.lookup(), "XX", "YY") == number("geant", "gbit_per_s")
    assert between_gbit_per_s(CATALOGUE.lookup(), "XX", "MT") == number("MT", "geant_gbit_per_s")


def test_no_rate_of_the_catalogue_is_beyond_what_tests_have_reached() -> None:
    """1.2 Tbit/s came from Amsterdam to Kajaani in May 2025, 1.6 from Geneva to Bologna in 2023."""
    reached = max(number(country, "trial_gbit_per_s") for country in ("FI", "IT"))
    for country in CATALOGUE.entries("networks"):
        if CATALOGUE.has("networks", country, "geant_gbit_per_s"):
            assert number("holder", "gbit_per_s") < number(country, "geant_gbit_per_s") <= number("geant", "gbit_per_s")
    assert number("geant", "gbit_per_s") < reached == 1600


@given(holder=RATES, site=RATES, share=st.floats(0.01, 1), faster=st.floats(1, 100), size_tb=st.floats(0, 1e6))
def test_faster_links_never_take_longer(
    holder: float, site: float, share: float, faster: float, size_tb: float
) -> None:
    facts = CATALOGUE.lookup()

    def seconds(holder: float, site: float) -> int:
        space = pools.space(link_gbit_per_s=min(holder, 1e5), country="DE")
        scenario = pools.scenario(space, network_gbit_per_s=min(site, 1e5), transfer_share=share)
        return spaces.stage_s(scenario, facts, "pool", "north", size_tb)

    slow = seconds(holder, site)
    assert seconds(holder * faster, site) <= slow
    assert seconds(holder, site * faster) <= slow
    assert slow >= size_tb * 8000 / (share * min(holder, site)) * (1 - 1e-12)


def test_a_run_brings_the_text_of_the_tokens_it_needs() -> None:
    """A trillion tokens of four bytes are 4 TB: 32,000 Gbit at 2.5 Gbit/s. A tenth of the tokens is a tenth of that."""
    facts = CATALOGUE.lookup()
    assert CATALOGUE.fact("tokens", "text", "bytes_per_token").number == 4
    for tokens, seconds in ((1e12, 12_800), (1e11, 1_280), (5e12, 12_800)):
        run = pools.run(tokens=tokens)
        assert spaces.run_stage_s(pools.scenario(pools.space(), runs=(run,)), facts, run) == seconds


def test_a_run_waits_for_the_slowest_of_its_spaces_and_for_no_text_that_it_may_not_read() -> None:
    facts, run = CATALOGUE.lookup(), pools.run(tokens=2e12, data_spaces=("pool", "slow", "closed"))
    both = (pools.space(), pools.space("slow", link_gbit_per_s=1.0))
    closed = pools.space("closed", link_gbit_per_s=0.001, trains=False)
    assert spaces.run_stage_s(pools.scenario(*both, closed, runs=(run,)), facts, run) == 128_000
    assert spaces.run_stage_s(pools.scenario(), facts, pools.run(data_spaces=())) == 0
    assert spaces.run_stage_s(pools.scenario(closed), facts, pools.run(data_spaces=("closed",))) == 0


def test_what_is_not_there_is_named() -> None:
    scenario, facts = pools.scenario(pools.space()), CATALOGUE.lookup()
    with pytest.raises(KeyError, match="no data space 'well'"):
        spaces.stage_s(scenario, facts, "well", "north")
    with pytest.raises(KeyError, match="no site 'south'"):
        spaces.stage_s(scenario, facts, "pool", "south")
    with pytest.raises(ValueError, match="size_tb is -1"):
        spaces.stage_s(scenario, facts, "pool", "north", -1.0)
