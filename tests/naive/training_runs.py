"""Published training runs as rows of a table, for tests."""

from __future__ import annotations

HEADER = (
    *("id", "source", "year", "model", "arch", "layers", "hidden", "ffn", "heads", "kv_heads", "vocab", "seq_len"),
    *("experts", "active_experts", "params_total", "chip", "n_chips", "chips_per_node", "fabric", "precision"),
    *("TP", "PP", "DP", "CP", "EP", "virtual_stages", "microbatch", "global_batch", "recompute", "zero_stage"),
    *("measured_step_time_s", "derived_step_time_s", "notes"),
)


def row(**cells: object) -> dict[str, str]:
    """A row with empty cells where nothing is given."""
    return {column: str(cells.get(column, "")) for column in HEADER}


def korthikanti(name: str, shape: tuple[int, int, int], layout: tuple[int, ...], full: float, selective: float) -> list:
    """Two rows of Korthikanti et al. 2022, table 5: (layers, hidden, heads) and (chips, pp, vp, microbatch, batch)."""
    layers, hidden, heads = shape
    chips, pp, vp, microbatch, batch = layout
    return [
        row(
            id=f"{name}-{recompute}",
            source="arXiv 2205.05198 Table 5",
            year=2022,
            model=name,
            layers=layers,
            hidden=hidden,
            ffn=4 * hidden,
            heads=heads,
            vocab=51200,
            seq_len=2048,
            chip="A100 80GB SXM",
            n_chips=chips,
            precision="fp16/bf16 mixed",
            TP=8,
            PP=pp,
            DP=1,
            virtual_stages=vp,
            microbatch=microbatch,
            global_batch=batch,
            recompute=recompute,
            zero_stage=0,
            measured_step_time_s=seconds,
        )
        for recompute, seconds in (("full", full), ("selective", selective))
    ]


TABLE_5 = [
    *korthikanti("megatron-22B", (48, 6144, 64), (8, 1, 1, 4, 4), 1.42, 1.10),
    *korthikanti("gpt3-175B", (96, 12288, 96), (64, 8, 3, 1, 64), 18.13, 13.75),
    *korthikanti("turing-530B", (105, 20480, 128), (280, 35, 3, 1, 280), 49.05, 37.83),
    *korthikanti("megatron-1T", (128, 25600, 160), (512, 64, 1, 1, 512), 94.42, 71.49),
]

TITAN = "github pytorch/torchtitan benchmarks/llama3_h100_202412_torchtitan.md"
TITAN_CHIP = "H100 96GB HBM2e 500W"


def titan(
    model: str, sequence: int, layout: tuple[int, ...], precision: str, recompute: str, notes: str
) -> dict[str, str]:
    """A row of TorchTitan's benchmark: (tp, pp, dp, cp, microbatch or 0, batch)."""
    tp, pp, dp, cp, microbatch, batch = layout
    return row(
        id=f"{model}-{sequence}-{notes}",
        source=TITAN,
        year=2024,
        model=model,
        seq_len=sequence,
        chip=TITAN_CHIP,
        n_chips=tp * pp * dp * cp,
        precision=precision,
        TP=tp,
        PP=pp,
        DP=dp,
        CP=cp,
        microbatch=microbatch or "",
        global_batch=batch,
        recompute=recompute,
        zero_stage=3,
        measured_step_time_s=1,
        notes=notes,
    )


# Peaks of device memory [GiB] of the same benchmark, tables 1 to 6.
PEAKS = [
    (titan("llama3-8b", 8192, (1, 1, 8, 1, 2, 16), "bf16", "selective", "compile"), 77.0),
    (titan("llama3-8b", 8192, (1, 1, 8, 1, 2, 16), "fp8", "selective", "compile"), 76.8),
    (titan("llama3-8b", 8192, (1, 1, 128, 1, 2, 256), "bf16", "selective", "compile"), 62.0),
    (titan("llama3-8b", 8192, (1, 1, 128, 1, 2, 256), "fp8", "selective", "compile"), 61.8),
    (titan("llama3-8b", 32768, (1, 1, 8, 1, 1, 8), "fp8", "full", "compile"), 83.9),
    (titan("llama3-8b", 65536, (1, 1, 4, 2, 1, 4), "fp8", "full", "compile"), 84.2),
    (titan("llama3-8b", 131072, (1, 1, 2, 4, 1, 2), "fp8", "full", "compile"), 84.0),
    (titan("llama3-8b", 262144, (1, 1, 1, 8, 1, 1), "fp8", "full", "compile"), 84.5),
    (titan("llama3-70b", 8192, (8, 1, 32, 1, 16, 512), "fp8", "full", "2D"), 71.9),
    (titan("llama3-70b", 8192, (8, 1, 32, 1, 16, 512), "fp8", "full", "2D, async"), 67.6),
    (titan("llama3.1-405b", 8192, (8, 8, 8, 1, 0, 256), "fp8", "full", "1F1B"), 82.5),
    (titan("llama3.1-405b", 8192, (8, 8, 8, 1, 0, 256), "fp8", "full", "interleaved"), 72.7),
    (titan("llama3.1-405b", 32768, (8, 8, 8, 1, 0, 64), "fp8", "full", "1F1B"), 75.3),
    (titan("llama3.1-405b", 65536, (8, 8, 4, 2, 0, 32), "fp8", "full", "1F1B"), 75.9),
    (titan("llama3.1-405b", 131072, (8, 8, 2, 4, 0, 16), "fp8", "full", "1F1B"), 77.1),
    (titan("llama3.1-405b", 262144, (8, 8, 1, 8, 0, 8), "fp8", "full", "1F1B"), 84.9),
]
