"""Arrival shapes small enough to know when jobs must come."""

from __future__ import annotations

import pytest

from gortyn.catalogue import load

HEADER = "entry,field,value,unit,low,high,date,evidence,source,note\n"


@pytest.fixture
def shapes(tmp_path):
    """Make a catalogue of arrival shapes from weights of hours and days and the numbers of bursts and sweeps."""

    def make(hours=(1.0,) * 24, days=(1.0,) * 7, **changed):
        # A rate beyond all tenants, so that none of them is more than one group of users.
        burst = {"gamma_shape": 0.925, "autocorrelation": 0.541, "jobs_per_hour": 1e9}
        burst |= {"share_within_1s": 0.0, "sweep_jobs": 1.0} | changed
        rows = [("arrivals-hour", f"h{hour:02d}", weight) for hour, weight in enumerate(hours)]
        rows += [("arrivals-weekday", f"d{day}", weight) for day, weight in enumerate(days)]
        rows += [("arrivals-burst", field, value) for field, value in burst.items()]
        lines = [f"{entry},{field},{value},1,,,2026,assumed,made-up,\n" for entry, field, value in rows]
        (tmp_path / "sources.csv").write_text("key,citation,url,date\nmade-up,Made up for a test,,2026\n")
        (tmp_path / "shapes.csv").write_text(HEADER + "".join(lines))
        return load(tmp_path).lookup()

    return make


@pytest.fixture
def facts(shapes):
    return shapes()
