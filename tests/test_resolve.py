"""Every value of a resolved scenario is there, and says where it comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gortyn.catalogue import Catalogue
from gortyn.catalogue import load as load_catalogue
from gortyn.io.load import load, shipped_scenarios
from gortyn.model import FromCatalogue, IfInCatalogue, Scenario, known
from gortyn.resolve import Leaf, Unresolved, leaves, metadata, named_path, printed, resolve, unit_of

SMALL = Path(__file__).parent / "data" / "small.yaml"
HEADER = "entry,field,value,unit,low,high,date,evidence,source,note\n"
SOURCES = "key,citation,url,date\nme,A measurement of mine,,2026\n"
CHIP_FIELDS = (
    "chips_per_node", "scale_up_domain_chips", "bf16_dense_tflops", "memory_gb", "it_power_kw_per_chip",
    "idle_power_share",
)  # fmt: skip


def written(folder: Path, **kinds: dict[str, str]) -> Catalogue:
    """A catalogue of a few facts: kind to `entry/field` to value."""
    folder.mkdir()
    (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
    for kind, facts in kinds.items():
        rows = [f"{key.replace('/', ',')},{value},1,,,2026,assumed,me,\n" for key, value in facts.items()]
        (folder / f"{kind}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture(scope="module")
def stated() -> Scenario:
    """The small scenario as the file says it, before anything is filled in."""
    full = load(SMALL).scenario
    data = full.model_dump()
    for noun, names in {"machines": CHIP_FIELDS, "sites": ()}.items():
        for item in data[noun]:
            for name in names:
                item[{"scale_up_domain_chips": "domain_chips"}.get(name, name)] = None
    return Scenario.model_validate(data)


@pytest.mark.parametrize("source", [*shipped_scenarios(), str(SMALL)], ids=lambda source: Path(source).stem)
def test_nothing_is_left_open(source: str) -> None:
    resolved = load(source)
    every = list(leaves(resolved.scenario))
    # Only what no catalogue has may stay open, such as a floor that no funder sets.
    absent = [type(leaf.owner).model_fields[leaf.field] for leaf in every if leaf.value is None]
    rules = [rule for info in absent for rule in metadata(info, FromCatalogue)]
    assert not [rule for rule in rules if not isinstance(rule, IfInCatalogue)]
    assert [leaf.path for leaf in every] == list(resolved.origins)
    assert all(origin.kind and origin.evidence for origin in resolved.origins.values())


@pytest.mark.parametrize("source", [*shipped_scenarios(), str(SMALL)], ids=lambda source: Path(source).stem)
def test_resolving_twice_changes_nothing(source: str) -> None:
    once = load(source).scenario
    assert resolve(once, load_catalogue()).scenario == once


def test_the_catalogue_fills_what_the_scenario_leaves_out() -> None:
    resolved, catalogue = load(SMALL), load_catalogue()
    h100, gb300 = resolved.scenario.machines
    assert h100.bf16_dense_tflops == catalogue.fact("chips", "H100-SXM", "bf16_dense_tflops").value
    assert gb300.chips_per_node == catalogue.fact("chips", "GB300-NVL72", "chips_per_node").value
    assert type(gb300.chips_per_node) is int
    origin = resolved.origins["machines", 1, "memory_gb"]
    assert (origin.kind, origin.where) == ("catalogue", "chips/GB300-NVL72/memory_gb")
    # Each site has the grid of its country.
    narvik, lavrion = resolved.scenario.sites
    assert narvik.grid.price_eur_per_mwh == catalogue.fact("grids", "NO", "price_eur_per_mwh").value
    assert lavrion.grid.carbon_g_per_kwh == catalogue.fact("grids", "GR", "carbon_g_per_kwh").value
    # What the scenario says stays.
    assert narvik.cooling.liquid_share == catalogue.fact("cooling", "liquid", "liquid_share").value
    assert (narvik.cooling.pue, lavrion.cooling.pue) == (None, 1.3)
    assert resolved.scenario.training_runs[0].tokens == 1e12


def test_the_second_path_serves_where_the_first_has_nothing() -> None:
    catalogue = load_catalogue()
    assert not catalogue.has("models", "Llama-2-7B", "batch_sequences")
    resolved = load(SMALL, ["training_runs.language-8b.model=Llama-2-7B"])
    origin = resolved.origins["training_runs", 0, "batch_sequences"]
    assert (origin.kind, origin.where) == ("catalogue", "models/Llama-3-405B/batch_sequences")


def test_all_that_is_missing_is_named_at_once(stated: Scenario, tmp_path: Path) -> None:
    catalogue = written(
        tmp_path / "data",
        chips={"H100-SXM/chips_per_node": "8", "H100-SXM/memory_gb": "80", "H100-SXM/bf16_dense_tflops": "989"},
    )
    with pytest.raises(Unresolved) as caught:
        resolve(stated, catalogue)
    said = {".".join(map(str, fault.path)): fault.message for fault in caught.value.faults}
    assert said["machines.0.domain_chips"] == "is required: the catalogue has no scale_up_domain_chips for H100-SXM"
    assert said["machines.0.it_power_kw_per_chip"].startswith("is required")
    assert said["machines.1.chip"] == "the catalogue has no chip 'GB300-NVL72'"
    assert "machines.0.memory_gb" not in said
    assert not [path for path in said if path.startswith("machines.1.") and path != "machines.1.chip"]
    assert str(caught.value).count("; ") >= len(said) - 1


def test_values_built_in_python_are_called_stated(stated: Scenario) -> None:
    origin = resolve(stated, load_catalogue()).origins["programme", "budget_eur"]
    assert (origin.kind, origin.evidence, origin.fact) == ("stated", "unsourced", None)


def test_leaves_come_in_the_order_of_the_types_with_their_units() -> None:
    found = list(leaves(load(SMALL).scenario))
    assert [leaf.path for leaf in found[:4]] == [("name",), ("title",), ("summary",), ("programme", "name")]
    assert found[-1].path == ("simulation", "seed")
    units = {leaf.path: leaf.unit for leaf in found}
    assert units["sites", 0, "grid", "connection_mw"] == "MW"
    assert units["sites", 0, "grid", "price_eur_per_mwh"] == "EUR/MWh", "also where the value may be left out"
    assert units["tenants", 2, "demand_share"] == "share"
    assert units["name",] == ""
    assert len(set(units)) == len(found)


def test_a_leaf_knows_whether_it_was_written() -> None:
    found: dict[tuple[str | int, ...], Leaf] = {leaf.path: leaf for leaf in leaves(load(SMALL).scenario)}
    assert found["tenants", 2, "walltime_factor"].stated
    assert not found["tenants", 0, "walltime_factor"].stated
    assert not found["machines", 0, "memory_gb"].stated


def test_unit_of_a_field_without_one() -> None:
    assert unit_of(Scenario.model_fields["title"]) == ""


def test_named_path() -> None:
    scenario = load(SMALL).scenario
    assert named_path(scenario, ("sites", 1, "phases", 0, "operational")) == "sites.lavrion.phases.only.operational"
    assert named_path(scenario, ("fund", "layers", 6, "share")) == "fund.layers.guarantee.share"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (200e9, "2e+11"),
        (100000, "100000"),
        (date(2028, 7, 1), "2028-07-01"),
        (None, ""),
        ("NO", "NO"),
    ],
)
def test_printed(value: object, text: str) -> None:
    assert printed(value) == text


def test_known_refuses_what_is_not_filled() -> None:
    assert known(0) == 0
    with pytest.raises(ValueError, match="not resolved"):
        known(None)
