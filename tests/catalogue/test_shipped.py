"""The shipped facts: that they are all there, hang together, and agree with what is known outside them."""

from __future__ import annotations

import math
import re

import pytest

from gortyn.catalogue import Fact, load

CATALOGUE = load()


def words(line: str) -> list[str]:
    return line.split()


CHIPS = words("""
    A100-40GB A100-80GB A100-64GB-Leonardo H100-SXM H200-SXM H800-SXM GH200-96GB B200-SXM GB200-NVL72 B300-SXM
    GB300-NVL72 MI250X MI300X MI325X MI355X TPU-v4 TPU-v5e TPU-v5p TPU-v6e Gaudi-2 Gaudi-3
""")
PRICED = words("H100-SXM H200-SXM GH200-96GB B200-SXM GB200-NVL72 GB300-NVL72 MI300X")
MODELS = words("""
    GPT-3-175B Llama-2-7B Llama-2-13B Llama-2-70B Llama-3-8B Llama-3-70B Llama-3-405B Mixtral-8x7B Mixtral-8x22B
    DeepSeek-V3 Qwen-2.5-72B
""")
# The 27 Member States and three neighbours.
ZONES = [*words("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"), "CH", "GB", "NO"]
CLAIMS = [f"S{number:02d}" for number in range(1, 61)]
REQUIRED = {
    "chips": (
        CHIPS,
        """name vendor bf16_dense_tflops memory_gb chips_per_node scale_up_domain_chips tdp_w it_power_kw_per_chip
        nic_gbit_per_s idle_power_share active_power_share release_year""",
    ),
    "prices": (PRICED, "server_usd_per_chip network_usd_per_chip"),
    "grids": (ZONES, "name price_eur_per_mwh retail_eur_per_mwh carbon_g_per_kwh"),
    "cooling": (words("air liquid warm-water seawater"), "pue water_l_per_kwh"),
    "models": (
        MODELS,
        """name architecture parameters parameters_active layers hidden_size ffn_size heads kv_heads vocabulary
        sequence_length""",
    ),
    "utilisation": (["all"], "mfu_dense_bf16 mfu_dense_fp8 mfu_moe_bf16 mfu_moe_fp8"),
    "reliability": (
        words("llama-3 rsc-1 rsc-2 o100k"),
        "rate_per_1000_node_days clock restart_min goodput chips chips_per_node",
    ),
    "tender": (
        ["lot1", "lot2"],
        """maximum_projects union_phase1_eur union_phase2_eur minimum_h100_equivalents_phase1
        minimum_h100_equivalents_phase2 minimum_it_mw union_share_of_capex months_to_operation pue_excellent
        ranking_formula deadline""",
    ),
    "mixes": (words("llm-development vision-research"), "title types jobs chip_seconds_per_job"),
    "job_types": (
        words("llm-development-evaluation llm-development-pretrain vision-research-one-chip vision-research-node"),
        "job_share chip_hours_share grows sweeps run_2e00 run_2e17",
    ),
    "claims": (CLAIMS, "statement value asked_of said_by check"),
}


def number(kind: str, entry: str, field: str) -> float:
    return CATALOGUE.fact(kind, entry, field).number


def text(kind: str, entry: str, field: str) -> str:
    return CATALOGUE.fact(kind, entry, field).text


def get(kind: str, entry: str, field: str) -> float | None:
    return CATALOGUE.lookup().get_number(kind, entry, field)


def every(kind: str, entry: str, field: str) -> tuple[Fact, ...]:
    """The fact in use and its conflicts."""
    fact = CATALOGUE.fact(kind, entry, field)
    return (fact, *fact.conflicts)


@pytest.mark.parametrize("kind", REQUIRED)
def test_promised_entries_have_their_fields(kind: str):
    entries, fields = REQUIRED[kind]
    missing = [
        f"{entry}/{field}" for entry in entries for field in fields.split() if not CATALOGUE.has(kind, entry, field)
    ]
    assert not missing


@pytest.mark.parametrize(("kind", "entries"), [("chips", CHIPS), ("grids", ZONES), ("claims", CLAIMS)])
def test_there_is_nothing_else(kind: str, entries: list[str]):
    assert sorted(CATALOGUE.entries(kind)) == sorted(entries)


def test_every_kind_is_there():
    assert set(CATALOGUE.kinds()) == set(REQUIRED) | {
        "access_modes",
        "ai_factories",
        "climates",
        "cloud_prices",
        "countries",
        "data_spaces",
        "enclaves",
        "networks",
        "comparators",
        "embodied",
        "finance",
        "latency",
        "power",
        "programme",
        "regions",
        "risk",
        "shapes",
        "slurm",
        "step_model",
        "supply",
        "systems",
        "tokens",
        "weather",
    }


def test_every_source_is_cited():
    cited = {source.key for fact in CATALOGUE.facts() for one in (fact, *fact.conflicts) for source in one.citations}
    assert cited == set(CATALOGUE.sources)


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        ("remembered", {"unverified"}),
        ("assumption", {"assumed"}),
        ("gortyn-derivation", {"derived"}),
    ],
)
def test_what_rests_on_no_publication_says_so(source: str, evidence: set[str]):
    resting = [
        one
        for fact in CATALOGUE.facts()
        for one in (fact, *fact.conflicts)
        if {s.key for s in one.citations} == {source}
    ]
    assert {one.evidence for one in resting} == evidence


def test_third_parties_quoting_the_tender_are_called_so():
    quoted = [fact for lot in ("lot1", "lot2") for fact in CATALOGUE.entry("tender", lot).values()]
    direct = [fact for fact in quoted if fact.source == "tender-specs-bess"]
    assert direct
    assert all("third party quoting" in fact.note.lower() for fact in direct)


def parameter_count(model: str, experts: str) -> float:
    """Weights of the layer shapes, norms and biases left out, counting the experts that a field names."""

    def of(field: str) -> float:
        return number("models", model, field)

    hidden, layers, heads = of("hidden_size"), of("layers"), of("heads")
    head = get("models", model, "head_dim") or hidden / heads
    attention = hidden * head * 2 * (heads + of("kv_heads"))
    if (rank := get("models", model, "kv_lora_rank")) is not None:
        rope, nope, value = of("qk_rope_head_dim"), of("qk_nope_head_dim"), of("v_head_dim")
        attention = of("q_lora_rank") * (hidden + heads * (rope + nope)) + hidden * (rank + rope)
        attention += heads * (rank * (nope + value) + value * hidden)
    embeddings = of("vocabulary") * hidden * (1 if of("tied_embeddings") else 2)
    dense = of("ffn_matrices") * hidden * of("ffn_size")
    if text("models", model, "architecture") == "dense":
        return embeddings + layers * (attention + dense)
    expert = of("ffn_matrices") * hidden * of("expert_ffn_size")
    sparse = expert * (of(experts) + of("shared_experts")) + hidden * of("experts")
    return embeddings + layers * attention + of("dense_layers") * dense + (layers - of("dense_layers")) * sparse


@pytest.mark.parametrize("model", CATALOGUE.entries("models"))
def test_layer_shapes_give_the_published_parameters(model: str):
    total = parameter_count(model, "experts")
    active = parameter_count(model, "experts_active")
    assert total == pytest.approx(number("models", model, "parameters"), rel=0.01)
    # DeepSeek rounds 37.6 to 37 bn.
    assert active == pytest.approx(number("models", model, "parameters_active"), rel=0.016)


@pytest.mark.parametrize(
    ("chip", "bf16_tflops", "memory_gb"),
    # Vendors' data sheets.
    [("A100-80GB", 312, 80), ("H100-SXM", 989.4, 80), ("H200-SXM", 989.4, 141), ("MI300X", 1307.4, 192)],
)
def test_peaks_are_those_of_the_data_sheets(chip: str, bf16_tflops: float, memory_gb: float):
    assert number("chips", chip, "bf16_dense_tflops") == pytest.approx(bf16_tflops, rel=1e-3)
    assert number("chips", chip, "memory_gb") == memory_gb


@pytest.mark.parametrize("chip", CHIPS)
def test_chips_are_physical(chip: str):
    peak = number("chips", chip, "bf16_dense_tflops")
    eight_bit = get("chips", chip, "fp8_dense_tflops")
    reached = get("chips", chip, "bf16_max_achievable_tflops")
    if eight_bit is not None:
        assert peak <= eight_bit <= 2.01 * peak
    if reached is not None:
        assert 0.4 * peak < reached < peak
    # A node draws more than its chips alone, and hosts and switches do not draw twice as much as they do.
    share = number("chips", chip, "it_power_kw_per_chip") / (number("chips", chip, "tdp_w") / 1000)
    assert 1 < share < 3
    assert 0 < number("chips", chip, "idle_power_share") < 0.5 < number("chips", chip, "active_power_share") <= 1
    domain, node = (number("chips", chip, field) for field in ("scale_up_domain_chips", "chips_per_node"))
    assert domain % node == 0


def test_metered_nodes_stay_below_the_rating():
    rated, *others = every("chips", "H100-SXM", "it_power_kw_per_chip")
    metered = [other.number for other in others if other.evidence == "measured"]
    assert len(metered) >= 3
    assert max(metered) < rated.number


def test_h100_equivalents():
    ratio = number("chips", "B200-SXM", "bf16_dense_tflops") / number("chips", "H100-SXM", "bf16_dense_tflops")
    assert ratio == pytest.approx(2.27, abs=0.01)


@pytest.mark.parametrize(
    ("system", "fp64_tflops"),
    # Peak of the matrix units in 64 bits by data sheet; Leonardo's chip has 124 of 108 multiprocessors' worth.
    [("JUPITER", 66.9), ("LUMI", 95.7), ("Leonardo", 19.5 * 124 / 108)],
)
def test_linpack_stays_below_the_peak_of_the_chips(system: str, fp64_tflops: float):
    chips, nodes, per_node = (number("systems", system, name) for name in ("chips", "nodes", "chips_per_node"))
    assert chips == nodes * per_node
    assert 0.3 < number("systems", system, "hpl_pflops") * 1000 / (chips * fp64_tflops) < 0.9


def test_jupiter():
    assert number("systems", "JUPITER", "chips") == 5884 * 4 == 23536
    power_mw = number("systems", "JUPITER", "hpl_pflops") / number("systems", "JUPITER", "gflops_per_w")
    assert number("systems", "JUPITER", "power_mw") == pytest.approx(power_mw, rel=0.01)
    assert number("chips", "GH200-96GB", "it_power_kw_per_chip") == pytest.approx(power_mw * 1000 / 23536, rel=0.01)


@pytest.mark.parametrize("kind", ["systems", "ai_factories"])
def test_sites_lie_in_europe(kind: str):
    for entry in CATALOGUE.entries(kind):
        assert re.fullmatch("[A-Z]{2}", text(kind, entry, "country"))
        assert 35 < number(kind, entry, "latitude") < 71
        assert -10 < number(kind, entry, "longitude") < 33


def test_there_are_nineteen_ai_factories_in_sixteen_states():
    entries = CATALOGUE.entries("ai_factories")
    assert len(entries) == number("programme", "ai-factories", "count") == 19
    states = {text("ai_factories", entry, "country") for entry in entries}
    assert len(states) == number("programme", "ai-factories", "member_states") == 16


def test_named_chips_are_in_the_catalogue():
    for kind in ("systems", "ai_factories", "cloud_prices", "models", "comparators"):
        for fact in CATALOGUE.facts():
            if fact.kind == kind and fact.field in ("chip", "training_chip") and " " not in fact.text:
                assert fact.text in CHIPS or fact.text == "L40S", fact.key


def test_published_training_runs_took_the_hours_that_their_size_asks_for():
    # The Llama 3 report: 3.8e25 FLOP at 38-43 % of peak while training; restarts push the mean below.
    parameters, tokens = (number("models", "Llama-3-405B", field) for field in ("parameters", "training_tokens"))
    flop = 6 * parameters * tokens
    assert flop == pytest.approx(3.8e25, rel=0.01)
    hours = number("models", "Llama-3-405B", "training_chip_hours")
    share = flop / (hours * 3600 * number("chips", "H100-SXM", "bf16_dense_tflops") * 1e12)
    assert 0.3 < share < 0.43
    # DeepSeek-V3: 3.7 days a trillion tokens on its 2,048 chips.
    days, tokens = (number("models", "DeepSeek-V3", field) for field in ("training_days", "training_tokens"))
    assert days / (tokens / 1e12) == pytest.approx(3.7, abs=0.05)


def test_utilisation_is_a_share_below_the_best_matrix_product():
    for entry in CATALOGUE.entries("utilisation"):
        for field, fact in CATALOGUE.entry("utilisation", entry).items():
            if field.endswith("_runs"):
                assert fact.number >= 1
                continue
            assert 0 < fact.number < 0.7
            reached = get("chips", entry, "bf16_max_achievable_tflops") if field.endswith("bf16") else None
            if reached is not None:
                assert fact.number < reached / number("chips", entry, "bf16_dense_tflops")


@pytest.mark.parametrize(
    "entry",
    [
        name
        for name in CATALOGUE.entries("shapes")
        if name[-5:] != "burst" and name[-4:] != "rate" and "-swing-" not in name
    ],
)
def test_shapes_have_mean_one(entry: str):
    values = [fact.number for fact in CATALOGUE.entry("shapes", entry).values()]
    assert len(values) == (24 if "hour" in entry else 12 if "month" in entry else 7)
    assert math.fsum(values) / len(values) == pytest.approx(1, abs=1e-4)
    assert min(values) > 0


def test_shapes_know_noon_and_winter():
    # Solar power makes European noons cheap and clean; heating makes December dearer than May.
    assert number("shapes", "price-hour-europe", "h13") < 0.8
    assert number("shapes", "price-hour-europe", "h19") > 1.2
    assert number("shapes", "carbon-hour-DE", "h13") < 1 < number("shapes", "carbon-hour-DE", "h20")
    assert number("shapes", "price-month-europe", "m05") < 1 < number("shapes", "price-month-europe", "m12")


def test_grids_are_in_their_known_order():
    carbon = {zone: number("grids", zone, "carbon_g_per_kwh") for zone in CATALOGUE.entries("grids")}
    assert carbon["SE"] < carbon["FR"] < carbon["DE"] < carbon["PL"] < 1000
    for zone in carbon:
        price = CATALOGUE.fact("grids", zone, "price_eur_per_mwh")
        assert 0 < price.number < number("grids", zone, "retail_eur_per_mwh")
        assert (price.evidence == "assumed") == (zone in {"CY", "MT"})
        assert [one.date for one in every("grids", zone, "carbon_g_per_kwh")] == ["2025", "2024", "2023"]


def test_cluster_price_adds_up():
    chips = number("prices", "H100-SXM", "cluster_chips")
    parts = {
        part: number("prices", "H100-SXM", f"cluster_{part}_usd_m")
        for part in ("server", "switches", "cables", "facility")
    }
    assert sum(parts.values()) == pytest.approx(5412, rel=1e-3)
    assert number("prices", "H100-SXM", "server_usd_per_chip") == pytest.approx(parts["server"] * 1e6 / chips, rel=1e-3)
    network = parts["switches"] + parts["cables"]
    assert number("prices", "H100-SXM", "network_usd_per_chip") == pytest.approx(network * 1e6 / chips, rel=1e-3)
    for chip in PRICED:
        assert number("prices", chip, "server_usd_per_chip") > number("prices", chip, "network_usd_per_chip") > 0


def test_failure_rates_follow_from_the_counts():
    def of(entry: str, field: str) -> float:
        return number("reliability", entry, field)

    nodes = of("llama-3", "chips") / of("llama-3", "chips_per_node")
    failures, days = of("llama-3", "interruptions_unexpected"), of("llama-3", "window_days")
    assert of("llama-3", "rate_per_1000_node_days") == pytest.approx(failures / (nodes * days / 1000), rel=1e-3)
    assert of("llama-3", "mttf_h") == pytest.approx(days * 24 / failures, rel=1e-3)
    for entry, mttf_h in (("rsc-1", 1.8), ("o100k", 0.3)):
        nodes = of(entry, "chips") / of(entry, "chips_per_node")
        assert 24 / (of(entry, "rate_per_1000_node_days") * nodes / 1000) == pytest.approx(mttf_h, rel=0.01)
    # Failures counted in wall-clock time leave 1 - stall / interval of it.
    assert 1 - of("o100k", "restart_min") / 18 == pytest.approx(of("o100k", "goodput"), abs=0.01)
    assert {text("reliability", entry, "clock") for entry in ("llama-3", "o100k")} == {"observed"}
    assert {text("reliability", entry, "clock") for entry in ("rsc-1", "rsc-2")} == {"running"}


def test_tender_money_and_finance_agree():
    total = 0.0
    for lot in ("lot1", "lot2"):
        cap = number("tender", lot, "union_phase1_eur") + number("tender", lot, "union_phase2_eur")
        assert cap == number("finance", "gigafactory", f"{lot}_union_cap_eur")
        capex = cap / number("tender", lot, "union_share_of_capex")
        assert number("finance", "gigafactory", f"{lot}_implied_capex_eur") == pytest.approx(capex, rel=1e-3)
        total += capex * number("tender", lot, "maximum_projects")
        power = number("tender", lot, "minimum_it_mw") * 1000
        equivalents = number("tender", lot, "minimum_h100_equivalents_phase2")
        assert number("tender", lot, "it_kw_per_h100_equivalent") == pytest.approx(power / equivalents)
    assert total == pytest.approx(30e9, rel=0.03)


def test_efsi_fell_short_of_its_multiplier():
    put_in = number("finance", "efsi", "guarantee_eur") + number("finance", "efsi", "eib_capital_eur")
    assert number("finance", "efsi", "corrected_multiplier") == pytest.approx(
        number("finance", "efsi", "corrected_investment_eur") / put_in, rel=1e-2
    )


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_says_who_said_what(claim: str):
    assert text("claims", claim, "asked_of") in {"quantity", "structure", "promise", "history", "opinion"}
    statement = CATALOGUE.fact("claims", claim, "statement")
    said_by = text("claims", claim, "said_by")
    assert said_by.endswith(statement.citations[0].date)
    # English, in own words: none of the accents or quotation marks of the French texts.
    for field in ("statement", "check"):
        assert not re.search("[àâçéèêîôûœ«»“”]", text("claims", claim, field))


def test_a_search_by_the_name_of_a_country_finds_its_figures():
    assert "grids/FI/carbon_g_per_kwh" in {fact.key for fact in CATALOGUE.search("Finland carbon")}
