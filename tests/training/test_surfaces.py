"""Surfaces: their files are refused when broken, every chip finds its own or a stand-in's, and the tables agree."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import CatalogueError, load
from gortyn.catalogue.surface import Surfaces, load_surfaces
from gortyn.training.grids import GRIDS, Axis, digits, fill
from gortyn.training.surfaces import OPERATIONS, PEAK_FIELD, efficiency, surfaces_for

MEASURED = ("A100-80GB", "H100-SXM", "H200-SXM", "B200-SXM", "B300-SXM", "GB200-NVL72", "GB300-NVL72")
CHIPS = [chip for chip in load().entries("chips") if load().has("chips", chip, "bf16_dense_tflops")]
MANIFEST = "file,chip,series,unit,peak_tflops,date,evidence,source,note\n"
ROW = "collective,X1,all_reduce,GB/s,,2026,measured,assumption,\n"
TABLE = "chip,series,log2_chips,log2_bytes=9,log2_bytes=10\nX1,all_reduce,1,1,2\nX1,all_reduce,2,3,4\n"


def folder(path: Path, manifest: str = MANIFEST + ROW, table: str = TABLE) -> Path:
    (path / "manifest.csv").write_text(manifest, encoding="utf-8")
    (path / "collective.csv").write_text(table, encoding="utf-8")
    return path


def test_a_folder_is_read(tmp_path: Path):
    surface = load_surfaces(folder(tmp_path)).get("collective", "X1", "all_reduce")
    assert surface is not None
    assert (surface.axes, surface.shape) == ((("log2_chips", 1), ("log2_bytes", 9)), (2, 2))
    assert surface.values == (1e9, 2e9, 3e9, 4e9)
    assert (surface.source, surface.date, surface.evidence) == ("assumption", "2026", "measured")


@pytest.mark.parametrize(
    ("manifest", "fault"),
    [
        (ROW.replace("2026", ""), "date is missing"),
        (ROW.replace("2026", "last year"), "date 'last year'"),
        (ROW.replace("measured", ""), "evidence is missing"),
        (ROW.replace("measured", "guessed"), "evidence 'guessed'"),
        (ROW.replace("assumption", ""), "source is missing"),
        (ROW.replace("assumption", "hearsay"), "source 'hearsay' is not in sources.csv"),
        (ROW.replace("GB/s", "furlongs"), "unit 'furlongs'"),
        (ROW.replace("GB/s", "1/1000 of peak"), "peak_tflops is missing"),
        (ROW.replace(",,2026", ",-3,2026"), "peak_tflops '-3'"),
        (ROW + ROW, "is given twice"),
        ("collective,X1\n", "2 columns, expected 9"),
    ],
)
def test_a_broken_manifest_is_refused(manifest: str, fault: str, tmp_path: Path):
    with pytest.raises(CatalogueError, match=r"manifest\.csv:\d") as error:
        load_surfaces(folder(tmp_path, MANIFEST + manifest))
    assert fault in str(error.value)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (TABLE.replace("1,2\n", "1,nan\n"), "collective.csv:2: log2_bytes=10: 'nan' is not a number above 0"),
        (TABLE.replace("3,4", "-3,4"), "collective.csv:3: log2_bytes=9: '-3'"),
        (TABLE.replace("3,4", "3,inf"), "log2_bytes=10: 'inf'"),
        (TABLE.replace("3,4", "3,0"), "log2_bytes=10: '0'"),
        (TABLE.replace("3,4", "3,"), "log2_bytes=10: ''"),
        (TABLE.replace("reduce,2", "reduce,3"), "the grid has gaps, 2 lines of 3"),
        (TABLE.replace("reduce,2", "reduce,1"), "given twice"),
        (TABLE.replace("reduce,2", "reduce,x"), "not all whole numbers"),
        (TABLE + "X2,all_reduce,1,1,2\n", "X2/all_reduce is not in manifest.csv"),
        (TABLE.partition("X1")[0], "no rows for collective/X1/all_reduce"),
        (TABLE.replace("bytes=10", "bytes=11"), "collective.csv:1: header"),
        (TABLE.replace("log2_chips", "chips"), "collective.csv:1: header"),
        ("", "collective.csv:1: header"),
        (TABLE + "X1,all_reduce\n", "collective.csv:4: 2 columns"),
    ],
)
def test_a_broken_table_is_refused(table: str, fault: str, tmp_path: Path):
    with pytest.raises(CatalogueError) as error:
        load_surfaces(folder(tmp_path, table=table))
    assert fault in str(error.value)


def test_a_missing_table_is_named(tmp_path: Path):
    folder(tmp_path)
    (tmp_path / "collective.csv").unlink()
    with pytest.raises(CatalogueError, match=r"collective\.csv: not found"):
        load_surfaces(tmp_path)


def test_stand_ins_exist():
    tables = load_surfaces()
    facts = load()
    for chip, (measured, _) in tables.nearest.items():
        assert facts.has("chips", chip, "bf16_dense_tflops")
        assert tables.get("gemm", measured, "bf16") is not None
    assert set(tables.devices.values()) <= set(facts.entries("chips"))


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("precision", PEAK_FIELD)
def test_every_chip_has_surfaces_in_its_formats(chip: str, precision: str):
    facts = load().lookup()
    if facts.get_number("chips", chip, PEAK_FIELD[precision]) is None:
        with pytest.raises(ValueError, match=f"{chip} has no dense {precision} peak"):
            surfaces_for(chip, precision, facts)
        return
    found = surfaces_for(chip, precision, facts)
    arrays = found.arrays
    for share in (arrays.gemm, arrays.attention, arrays.grouped, arrays.memory):
        assert share.dtype == np.float64
        assert ((share > 0) & (share <= 1)).all()
    assert arrays.collective.shape[0] == len(OPERATIONS)
    assert (arrays.collective > 0).all()
    assert bool(found.notes) == (found.evidence == "derived") == (chip not in MEASURED or chip == "A100-80GB")
    assert (found.measured_on == chip) == (chip in MEASURED)
    assert found.sources == ("aiconfigurator-systems",)


def test_unknown_precision_and_chip_are_refused():
    facts = load().lookup()
    with pytest.raises(ValueError, match="unknown precision 'fp12'"):
        surfaces_for("H100-SXM", "fp12", facts)
    with pytest.raises(LookupError, match="no gemm surface"):
        surfaces_for("H100-SXM", "bf16", facts, Surfaces({}, {}, {}))


@pytest.mark.parametrize("chip", ["A100-80GB", "H100-SXM", "B200-SXM", "GB200-NVL72"])
def test_large_products_reach_what_the_catalogue_says(chip: str):
    facts = load().lookup()
    arrays = surfaces_for(chip, "bf16", facts).arrays
    m, n, k = (int(origin) for origin in arrays.gemm_origin)
    large = arrays.gemm[11 - m :, 10 - n :, 10 - k :]  # m >= 2048; n, k >= 1024, as the fact's median
    assert np.median(large) == pytest.approx(facts.number("chips", chip, "bf16_gemm_efficiency"), abs=0.05)


@pytest.mark.parametrize("chip", ["A100-80GB", "H100-SXM", "B200-SXM"])
def test_large_all_reduces_reach_what_the_catalogue_says(chip: str):
    facts = load().lookup()
    arrays = surfaces_for(chip, "bf16", facts).arrays
    rate = efficiency(arrays.collective[0], arrays.collective_origin, 8, 2**29)
    assert rate / 1e9 == pytest.approx(facts.number("chips", chip, "all_reduce_gb_per_s"), rel=0.01)


def test_borrowed_efficiency_is_scaled_by_what_was_reached():
    facts = load().lookup()
    own, other = (surfaces_for(chip, "bf16", facts).arrays.gemm for chip in ("MI300X", "H100-SXM"))
    # Best of a sweep over peak: 668.4 of 1307 against 794.5 of 989 TFLOP/s.
    np.testing.assert_allclose(own / other, (668.4 / 1307) / (794.5 / 989), rtol=1e-12)
    own, other = (surfaces_for(chip, "bf16", facts).arrays.collective for chip in ("H800-SXM", "H100-SXM"))
    np.testing.assert_allclose(own / other, 200 / 450, rtol=1e-12)


@given(st.lists(st.floats(0.5, 40000), min_size=3, max_size=3), st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_interpolation_is_exact_where_the_surface_is_multilinear(sizes: list[float], factors: list[float]):
    axes = GRIDS["gemm"]
    x, y, z = np.meshgrid(*(np.array(axis.points, float) for axis in axes), indexing="ij")
    a, b, c, d = factors
    grid = a * x + b * y + c * z + d * x * y * z
    inside = [float(np.clip(np.log2(size), axis.first, axis.last)) for size, axis in zip(sizes, axes, strict=True)]
    expected = a * inside[0] + b * inside[1] + c * inside[2] + d * np.prod(inside)
    origin = np.array([axis.first for axis in axes], float)
    assert efficiency(grid, origin, *sizes) == pytest.approx(expected, abs=1e-6)


def test_interpolation_wants_a_size_for_each_axis():
    with pytest.raises(ValueError, match="1 sizes above 0"):
        efficiency(np.ones(2), np.zeros(1), 1.0, 2.0)
    with pytest.raises(ValueError, match="1 sizes above 0"):
        efficiency(np.ones(2), np.zeros(1), 0.0)


def test_gaps_are_filled_by_the_rule():
    nan = np.nan
    axes = (Axis("log2_a", 0, 2, halves=True), Axis("log2_b", 0, 3))
    table = np.array([[nan] * 4, [nan, 1.0, nan, 3.0], [nan, 4.0, 8.0, nan]])
    filled = [[0.5, 0.5, 1.0, 1.5], [1.0, 1.0, 2.0, 3.0], [4.0, 4.0, 8.0, 8.0]]
    np.testing.assert_array_equal(fill(table, axes), filled)
    with pytest.raises(ValueError, match="without a single measured point"):
        fill(np.full((3, 4), nan), axes)


@given(st.floats(1e-6, 1e6))
def test_digits_keep_a_value_within_five_percent(value: float):
    assert "e" not in digits(value)
    assert float(digits(value)) == pytest.approx(value, rel=0.05)


def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("distil_kernels", root / "tools" / "distil_kernels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shipped_cells_are_the_measured_medians(shared_data: Path):
    """A few cells of every kind, recomputed from the tables by hand."""
    import polars as pl

    kernels = shared_data / "training" / "kernels"
    facts = load().lookup()
    h100, b200 = (surfaces_for(chip, "bf16", facts).arrays for chip in ("H100-SXM", "B200-SXM"))
    table = pl.read_parquet(kernels / "b200_sxm_gemm_perf.parquet").filter(gemm_dtype="bfloat16")
    for m, n, k in ((2048, 4096, 8192), (8192, 16384, 1024), (256, 128, 64)):
        ms = table.filter(m=m, n=n, k=k)["latency"].median()
        assert isinstance(ms, float)
        share = 2 * m * n * k / (ms / 1e3) / 2250e12
        assert efficiency(b200.gemm, b200.gemm_origin, m, n, k) == pytest.approx(share, rel=0.05)
    table = pl.read_parquet(kernels / "h100_sxm_nccl_perf.parquet").filter(nccl_dtype="half", num_gpus=4)
    ms = table.filter(op_name="reduce_scatter", message_size=2**24)["latency"].item()
    gb_per_s = 2 * 2**24 * 3 / 4 / (ms / 1e3) / 1e9
    row = h100.collective[OPERATIONS.index("reduce_scatter")]
    assert efficiency(row, h100.collective_origin, 4, 2**25) / 1e9 == pytest.approx(gb_per_s, rel=0.01)
    table = pl.read_parquet(kernels / "h100_sxm_context_attention_perf.parquet").filter(
        attn_dtype="bfloat16", kv_cache_dtype="bfloat16", window_size=0, step=0, head_dim=128, isl=4096
    )
    shares = [
        2 * row["batch_size"] * row["num_heads"] * 4096**2 * 128 / (row["latency"] / 1e3) / 989e12
        for row in table.iter_rows(named=True)
        if row["batch_size"] * row["num_heads"] == 64
    ]
    found = efficiency(h100.attention, h100.attention_origin, 128, 4096, 64)
    assert found == pytest.approx(float(np.median(shares)), rel=0.01)


def test_products_between_the_grid_points_are_met(shared_data: Path):
    """Shapes that no cell was taken from: widths of 1536, 5120, 7168 and the like."""
    import polars as pl

    arrays = surfaces_for("H100-SXM", "bf16", load().lookup()).arrays
    table = pl.read_parquet(shared_data / "training" / "kernels" / "h100_sxm_gemm_perf.parquet").filter(
        pl.col("gemm_dtype") == "bfloat16",
        pl.col("m").is_in([1024, 4096, 16384]),
        pl.col("n").is_in([1536, 3072, 5120, 7168, 12288]),
        pl.col("k").is_in([1536, 3072, 5120, 7168, 12288]),
    )
    errors = [
        efficiency(arrays.gemm, arrays.gemm_origin, m, n, k) / (2 * m * n * k / (ms / 1e3) / 989e12) - 1
        for m, n, k, ms in table.select("m", "n", "k", "latency").iter_rows()
    ]
    assert len(errors) == 75
    assert np.median(np.abs(errors)) < 0.05
    assert abs(np.median(errors)) < 0.03


def test_the_tool_makes_what_is_shipped(repo_root: Path, shared_data: Path, tmp_path: Path, monkeypatch):
    distil = tool(repo_root)
    monkeypatch.setattr(distil, "CHIPS", {"a100_sxm": "A100-80GB", "gb200": "GB200-NVL72"})
    distil.main(shared_data / "training" / "kernels", tmp_path)
    for made in tmp_path.glob("*.csv"):
        shipped = (repo_root / "src" / "gortyn" / "catalogue" / "surfaces" / made.name).read_text(encoding="utf-8")
        lines = made.read_text(encoding="utf-8").splitlines()
        assert len(lines) > 2
        assert set(lines) <= set(shipped.splitlines()), made.name
