"""A calibration measures a device of known rates as such; its folder is whole or absent, and opens as a machine."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.io import calibration as folders
from gortyn.training import benchmarks, calibrate
from gortyn.training.benchmarks import Kernel, NotPossible, NumpyBackend, TorchBackend, backend_for
from gortyn.training.surfaces import efficiency, surfaces_for

LAUNCH_S = 5e-6
FLOPS_PER_S = 400e12
BYTES_PER_S = 3e12
HAS_TORCH = importlib.util.find_spec("torch") is not None


class Clock:
    """A clock that only kernels move."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Device:
    """A device whose kernels take a launch time plus work over rate, by a clock of its own."""

    kind = "cuda"
    formats: tuple[str, ...] = ("bf16", "fp8")
    memory_bytes = 80e9
    note = ""

    def __init__(self, clock: Clock, device: str = "NVIDIA H100 80GB HBM3", chips: int = 1) -> None:
        self.clock, self.device, self.chips = clock, device, chips
        self.libraries = {"fake": "1"}
        self.slow_after = float("inf")

    def _kernel(self, seconds: float) -> Kernel:
        def run(loops: int) -> None:
            late = 30.0 if self.clock.now > self.slow_after else 1.0
            self.clock.now += loops * late * (LAUNCH_S + seconds)

        return run

    def gemm(self, series: str, m: int, n: int, k: int) -> Kernel:
        return self._kernel(2 * m * n * k / FLOPS_PER_S / (2 if series == "fp8" else 1))

    def attention(self, head_dim: int, sequence: int, heads: int) -> Kernel:
        return self._kernel(2 * heads * sequence**2 * head_dim / FLOPS_PER_S)

    def grouped(self, tokens: int, width: int, experts: int, hidden: int) -> Kernel:
        return self._kernel(6 * tokens * experts * hidden * width / FLOPS_PER_S)

    def copy(self, size_bytes: int) -> Kernel:
        return self._kernel(size_bytes / BYTES_PER_S)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(calibrate, "time", clock)
    return clock


def measure(device: Device, minutes: float = 5.0) -> calibrate.Calibration:
    return calibrate.run(device, calibrate.plan(device, minutes))


def test_a_device_of_known_rates_is_measured_as_such(clock: Clock, tmp_path: Path):
    folder = folders.write(measure(Device(clock)), tmp_path / "h100")
    machine = folders.open_calibration(folder)
    assert (machine.chip, machine.chips) == ("H100-SXM", 1)
    found = surfaces_for(machine.chip, "bf16", machine.facts, machine.tables)
    arrays = found.arrays
    for m, n, k in ((4096, 8192, 8192), (1024, 4096, 16384), (128, 512, 2048)):
        work = 2 * m * n * k
        share = work / (LAUNCH_S + work / FLOPS_PER_S) / 989e12
        assert efficiency(arrays.gemm, arrays.gemm_origin, m, n, k) == pytest.approx(share, rel=0.05)
    work = 2 * 64 * 4096**2 * 128
    share = work / (LAUNCH_S + work / FLOPS_PER_S) / 989e12
    assert efficiency(arrays.attention, arrays.attention_origin, 128, 4096, 64) == pytest.approx(share, rel=0.05)
    work = 6 * 512 * 8 * 4096 * 2048
    share = work / (LAUNCH_S + work / FLOPS_PER_S) / 989e12
    assert efficiency(arrays.grouped, arrays.grouped_origin, 512, 2048, 8) == pytest.approx(share, rel=0.05)
    share = 2**28 / (LAUNCH_S + 2**28 / BYTES_PER_S) / 3.35e12
    assert efficiency(arrays.memory, arrays.memory_origin, 2**28) == pytest.approx(share, rel=0.05)
    fp8 = surfaces_for(machine.chip, "fp8", machine.facts, machine.tables).arrays
    work = 2 * 8192**3
    share = work / (LAUNCH_S + work / (2 * FLOPS_PER_S)) / 1979e12
    assert efficiency(fp8.gemm, fp8.gemm_origin, 8192, 8192, 8192) == pytest.approx(share, rel=0.05)
    # Only the collectives of one lone device are the shipped ones.
    np.testing.assert_array_equal(
        arrays.collective, surfaces_for("H100-SXM", "bf16", load().lookup()).arrays.collective
    )


@pytest.mark.parametrize("minutes", [0.01, 0.3, 3.0])
def test_it_takes_no_longer_than_foretold(minutes: float, clock: Clock):
    device = Device(clock)
    todo = calibrate.plan(device, minutes)
    assert 0 < todo.minutes <= minutes * 1.01
    before = clock.now
    measured = calibrate.run(device, todo)
    assert (clock.now - before) / 60 <= todo.minutes * 1.01
    assert measured.took_min == pytest.approx((clock.now - before) / 60)
    assert {file for file, _ in measured.curves} == {"gemm", "attention", "grouped", "memory"}


def test_more_time_measures_more(clock: Clock):
    device = Device(clock)
    counts = [len(calibrate.plan(device, minutes).points) for minutes in (0.003, 0.03, 0.3, 3.0)]
    assert counts == sorted(counts)
    assert counts[-1] > 10 * counts[0]


def test_a_kind_that_overruns_stays_at_a_complete_stride(clock: Clock):
    device = Device(clock)
    todo = calibrate.plan(device, 1.0)
    device.slow_after = clock.now  # another user takes the device over
    measured = calibrate.run(device, todo)
    assert (clock.now) / 60 <= 20
    for (file, series), curve in measured.curves.items():
        planned = [point for point in todo.points if (point.file, point.series) == (file, series)]
        complete = {sum(point.stride >= stride for point in planned) for stride in calibrate.STRIDES}
        assert curve.measured in complete
        if file == "gemm":
            assert curve.measured < len(planned)


def test_an_unknown_device_stands_on_its_own_measurements(clock: Clock, tmp_path: Path):
    machine = folders.open_calibration(folders.write(measure(Device(clock, "Acme(R) 9000 GPU")), tmp_path / "acme"))
    assert machine.chip == "Acme-9000-GPU"
    peak = machine.facts.fact("chips", machine.chip, "bf16_dense_tflops")
    assert peak.number == pytest.approx(FLOPS_PER_S / 1e12, rel=0.01)
    assert (peak.evidence, peak.source) == ("measured", "gortyn-calibration")
    assert "Acme(R) 9000 GPU" in peak.citations[0].citation
    assert machine.facts.number("chips", machine.chip, "memory_gb") == 80
    assert machine.facts.number("chips", machine.chip, "memory_tb_per_s") == pytest.approx(3, rel=0.01)
    assert machine.facts.fact("chips", machine.chip, "tdp_w").evidence == "assumed"
    assert machine.facts.get_number("chips", machine.chip, "fp4_dense_tflops") is None
    found = surfaces_for(machine.chip, "bf16", machine.facts, machine.tables)
    assert found.arrays.gemm.max() == pytest.approx(1, rel=0.01)
    assert [note.partition(":")[0] for note in found.notes] == ["collective"]
    assert "not measured on this device" in found.notes[0]
    # The rest of the catalogue is still there.
    assert machine.facts.number("chips", "H100-SXM", "tdp_w") == 700
    assert machine.facts.number("prices", "exchange", "usd_per_eur") > 0


def test_collectives_are_written_where_there_are_several_chips(clock: Clock, tmp_path: Path, monkeypatch):
    rates = np.full((4, 3, 21), np.nan)
    rates[:, :2, :] = 100e9 * np.arange(1, 5)[:, None, None]
    monkeypatch.setattr(calibrate.collectives, "measure", lambda *_: rates)
    device = Device(clock, "Acme 9000", chips=4)
    machine = folders.open_calibration(folders.write(measure(device), tmp_path / "acme"))
    found = surfaces_for(machine.chip, "bf16", machine.facts, machine.tables)
    assert found.evidence == "measured"
    assert found.arrays.collective.shape == (4, 2, 21)
    np.testing.assert_allclose(found.arrays.collective[:, 0, 0], [100e9, 200e9, 300e9, 400e9])
    assert machine.facts.number("chips", machine.chip, "scale_up_gb_per_s") == 200
    assert machine.facts.number("chips", machine.chip, "scale_up_domain_chips") == 4


def test_a_group_that_dies_costs_only_the_collectives(clock: Clock, monkeypatch):
    def die(*_) -> None:
        raise RuntimeError("process 1 terminated\nwith signal SIGSEGV")

    monkeypatch.setattr(calibrate.collectives, "measure", die)
    measured = measure(Device(clock, chips=8))
    assert measured.refused == ("collective: with signal SIGSEGV",)
    assert not any(file == "collective" for file, _ in measured.curves)


def test_a_format_that_fails_is_left_out(clock: Clock, tmp_path: Path):
    class NoFp8(Device):
        def gemm(self, series: str, m: int, n: int, k: int) -> Kernel:
            if series == "fp8":
                raise NotPossible("no such kernel")
            return super().gemm(series, m, n, k)

    measured = measure(NoFp8(clock))
    assert measured.refused == ("gemm fp8: no such kernel",)
    machine = folders.open_calibration(folders.write(measured, tmp_path / "h100"))
    assert machine.tables.get("gemm", "H100-SXM", "fp8") is not None, "the shipped one stands in"


def test_a_device_that_runs_nothing_is_an_error(clock: Clock):
    class Broken(Device):
        def attention(self, *_: int, **__: int) -> Kernel:
            raise MemoryError

    device = Broken(clock)
    with pytest.raises(MemoryError):
        calibrate.plan(device, 1.0)
    todo = calibrate.plan(Device(clock), 1.0)
    with pytest.raises(RuntimeError, match="runs no attention kernel: attention bf16: no memory"):
        calibrate.run(device, todo)


def test_memory_bounds_the_sizes(clock: Clock):
    device = Device(clock)
    device.memory_bytes = 1e9
    points = calibrate.plan(device, 10.0).points
    assert max(point.held_bytes for point in points) <= 0.25e9
    assert max(point.place[0] for point in points if point.file == "memory") == 27


@pytest.mark.parametrize("minutes", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_minutes_out_of_range_are_refused(minutes: float, clock: Clock):
    with pytest.raises(ValueError, match="minutes must lie above 0"):
        calibrate.plan(Device(clock), minutes)
    assert clock.now == 0


def test_unknown_devices_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="no device 'tpu'; there are auto, cpu and cuda"):
        backend_for("tpu")
    monkeypatch.setattr(benchmarks.importlib, "import_module", missing)
    with pytest.raises(ValueError, match="pip install"):
        backend_for("cuda")
    assert isinstance(backend_for("auto"), NumpyBackend)


def missing(name: str) -> None:
    raise ImportError(name)


def test_nothing_is_left_of_a_folder_that_cannot_be_written(clock: Clock, tmp_path: Path, monkeypatch):
    measured = measure(Device(clock), 0.01)

    def full(*_) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_write_surfaces", full)
    with pytest.raises(OSError, match="No space left"):
        folders.write(measured, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_never_replaced(clock: Clock, tmp_path: Path):
    measured = measure(Device(clock), 0.01)
    (tmp_path / "empty").mkdir()
    folders.write(measured, tmp_path / "empty")
    with pytest.raises(folders.CalibrationError, match="exists; give another folder"):
        folders.write(measured, tmp_path / "empty")
    assert folders.is_calibration(tmp_path / "empty")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("calibration.json", '"chip": "H100-SXM"', '"chip": "H900"', "no entry 'H900' in chips"),
        ("calibration.json", '"chip"', '"ship"', "chip"),
        ("calibration.json", "{", "[{", "Expecting"),
        ("chips.csv", ",measured,", ",rumoured,", "chips.csv:2: H100-SXM/"),
        ("sources.csv", "gortyn-calibration,", "someone,", "source 'gortyn-calibration' is not in sources.csv"),
        ("surfaces/gemm.csv", "H100-SXM,bf16,6,6,", "H100-SXM,bf16,6,6,-", "gemm.csv:2"),
        ("surfaces/manifest.csv", ",measured,", ",,", "manifest.csv:2: evidence is missing"),
    ],
)
def test_a_damaged_folder_is_refused(file: str, old: str, new: str, fault: str, clock: Clock, tmp_path: Path):
    folder = folders.write(measure(Device(clock), 0.01), tmp_path / "h100")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(folders.CalibrationError) as error:
        folders.open_calibration(folder)
    assert fault in str(error.value)
    assert str(folder) in str(error.value)


def test_a_folder_of_something_else_is_refused(tmp_path: Path):
    with pytest.raises(folders.CalibrationError, match="is no calibration"):
        folders.open_calibration(tmp_path)


def gortyn(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from gortyn.cli import main; main()"
    command = [sys.executable, "-W", "error", "-c", code, "calibrate", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_the_command_measures_this_cpu(tmp_path: Path):
    done = gortyn("--device", "cpu", "--minutes", "0.004", "--json", "-o", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "points, about" in done.stderr
    assert "minutes" in done.stderr
    about = json.loads(done.stdout)
    assert about["kind"] == "cpu"
    assert about["measured"]["gemm/bf16"]["best_per_s"] > 1e5  # however busy the machine that runs the tests
    machine = folders.open_calibration(tmp_path / about["folder"])
    arrays = surfaces_for(machine.chip, "bf16", machine.facts, machine.tables).arrays
    assert arrays.gemm.shape == (10, 11, 11)
    assert ((arrays.gemm > 0) & (arrays.gemm <= 1)).all()
    again = gortyn("--device", "cpu", "-o", "mine", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (2, "mine: exists; give another folder\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--minutes", "0"), "minutes must lie above 0 and at most at 1440, not 0"),
        (("--minutes", "nan"), "minutes must lie above 0 and at most at 1440, not nan"),
        (("--device", "abacus"), "no device 'abacus'; there are auto, cpu and cuda"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: tuple[str, ...], line: str, tmp_path: Path):
    done = gortyn(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{line}\n")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_command_leaves_nothing(tmp_path: Path, monkeypatch):
    from gortyn.cli.training import calibrate as verb

    def interrupt(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrate, "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        verb(output=tmp_path / "out", minutes=0.001, device="cpu")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not HAS_TORCH, reason="PyTorch is not installed (extra [calibrate])")
def test_torch_kernels_run_on_the_cpu():
    backend = TorchBackend("cpu")
    for kernel in (
        backend.gemm("bf16", 64, 64, 64),
        backend.attention(64, 256, 2),
        backend.grouped(16, 128, 2, 64),
        backend.copy(2**16),
    ):
        kernel(2)


def test_numpy_kernels_run():
    backend = NumpyBackend()
    for kernel in (
        backend.gemm("bf16", 64, 64, 64),
        backend.attention(64, 256, 2),
        backend.grouped(16, 128, 2, 64),
        backend.copy(2**16),
    ):
        kernel(2)
    assert backend.device
    assert backend.memory_bytes > 1e8
