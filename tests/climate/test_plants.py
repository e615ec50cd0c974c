"""Output of wind and solar plants: capacity factors of the catalogue, and hours that follow wind and sun."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.climate import Weather, solar_share, wind_share


@pytest.mark.parametrize("entry", ["kajaani", "paris", "esbjerg", "athens"])
def test_a_year_has_the_capacity_factor_of_the_place(facts, year, entry):
    for output, field in ((wind_share, "wind_capacity_share"), (solar_share, "solar_capacity_share")):
        share = output(year(entry), facts, entry)
        assert share.mean() == pytest.approx(facts.number("climates", entry, field), rel=1e-3)
        assert np.all((share >= 0) & (share <= 1))


def test_hours_follow_wind_and_sun(facts, year):
    typical = year("paris")
    wind, sun = wind_share(typical, facts, "paris"), solar_share(typical, facts, "paris")
    order = np.argsort(typical.wind_m_per_s)
    assert np.all(np.diff(wind[order][: int(0.99 * order.size)]) >= -1e-12)
    assert np.all((sun > 0) == (typical.irradiance_w_per_m2 > 0))
    # Winters are windy, summers sunny.
    january, july = slice(0, 31 * 24), slice(182 * 24, 213 * 24)
    assert wind[january].mean() > wind[july].mean()
    assert sun[july].mean() > 3 * sun[january].mean()


def test_a_calm_month_is_not_raised_to_the_mean_of_the_year(facts, year):
    typical = year("paris")
    july = Weather(*(quantity[182 * 24 : 213 * 24] for quantity in typical))
    whole = wind_share(typical, facts, "paris")[182 * 24 : 213 * 24]
    assert wind_share(july, facts, "paris") == pytest.approx(whole, abs=1e-5)


def test_a_recorded_year_has_the_capacity_factor_too(facts, year):
    """Stations measure at different heights and in different shelter; what counts is the sum of the year."""
    sheltered = year("paris")._replace(wind_m_per_s=0.6 * year("paris").wind_m_per_s)
    assert wind_share(sheltered, facts, "paris").mean() == pytest.approx(
        facts.number("climates", "paris", "wind_capacity_share"), rel=1e-3
    )


def test_half_a_year_more_does_not_change_the_hours_before_it(facts, year):
    """A second summer must not be paid for by all other hours: the sum of a year is the year's."""
    typical = year("paris")
    april = [np.roll(quantity, -91 * 24) for quantity in typical]
    longer = Weather(*(np.concatenate([quantity, quantity[: 183 * 24]]) for quantity in april))
    for output in (wind_share, solar_share):
        alone, within = output(Weather(*april), facts, "paris"), output(longer, facts, "paris")
        np.testing.assert_allclose(within[: alone.size], alone, atol=1e-5)
        np.testing.assert_allclose(within[alone.size :], alone[: 183 * 24], atol=1e-5)


def test_a_storm_stops_turbines_and_heat_weakens_modules(facts, year):
    typical = year("paris")
    storm = typical.wind_m_per_s.copy()
    storm[100] = 60.0
    assert wind_share(typical._replace(wind_m_per_s=storm), facts, "paris")[100] == 0
    noon = int(np.argmin(np.abs(typical.irradiance_w_per_m2 - 400)))
    hot = typical.dry_bulb_c.copy()
    hot[noon] += 20
    cool, warm = (solar_share(typical._replace(dry_bulb_c=one), facts, "paris")[noon] for one in (typical[0], hot))
    # 0.35 % a kelvin.
    assert warm / cool == pytest.approx(1 - 20 * 0.0035, abs=0.01)
