"""This module owns the architecture of a model: its shape, and the parameters and operations that follow from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gortyn.catalogue import Catalogue, Lookup
from gortyn.kernels.training_types import Shape

# Two operations per parameter forward, twice that backward.
FLOPS_PER_PARAMETER: Final = 6  # source: Kaplan et al. 2020 (arXiv:2001.08361), section 2.1
GATED: Final = 3  # unit: weight matrices of a feed-forward block with a gate
PLAIN: Final = 2
PLAIN_WIDTH: Final = 4  # source: Vaswani et al. 2017 (arXiv:1706.03762): a plain block is four times the hidden size
MOE: Final = "moe"


class UnknownShape(ValueError):
    """A model's shape is neither stated nor known, or it contradicts itself; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A dense or mixture-of-experts transformer.

    Attributes
    ----------
    name : as given
    layers : transformer layers, without those for multi-token prediction
    hidden, ffn : width of the residual stream and of a dense feed-forward block
    heads, kv_heads, head_dim : attention heads, those of keys and values, channels of one
    vocabulary, sequence : tokens known; tokens of a sample
    ffn_matrices : 3 with a gate, 2 without
    tied : whether the embedding is also the output projection
    experts, experts_active, expert_ffn, shared_experts : of a layer with experts; 0 in a dense model
    dense_layers : layers without experts in a mixture of experts
    q_lora, kv_lora, rope_dim, nope_dim, v_dim : multi-head latent attention; 0 without it
    window, window_layers : keys seen in layers with sliding-window attention, and how many layers have it
    mtp_layers : layers for multi-token prediction
    plain_experts : whether experts have biases and a clamped gate, which fused kernels do not compute
    """

    name: str
    layers: int
    hidden: int
    ffn: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    sequence: int
    ffn_matrices: int = GATED
    tied: bool = False
    experts: int = 0
    experts_active: int = 0
    expert_ffn: int = 0
    shared_experts: int = 0
    dense_layers: int = 0
    q_lora: int = 0
    kv_lora: int = 0
    rope_dim: int = 0
    nope_dim: int = 0
    v_dim: int = 0
    window: int = 0
    window_layers: int = 0
    mtp_layers: int = 0
    plain_experts: bool = False

    def __post_init__(self) -> None:
        """Refuse a shape that no model can have."""
        for field in ("layers", "hidden", "heads", "kv_heads", "head_dim", "vocabulary", "sequence"):
            if getattr(self, field) < 1:
                message = f"{self.name}: {field} is {getattr(self, field)}, must be at least 1"
                raise UnknownShape(message)
        if self.experts and not (0 < self.experts_active <= self.experts and self.expert_ffn > 0):
            message = (
                f"{self.name}: {self.experts} experts need experts_active in 1..{self.experts} and expert_ffn > 0, "
                f"not {self.experts_active} and {self.expert_ffn}"
            )
            raise UnknownShape(message)

    @classmethod
    def from_catalogue(cls, name: str, facts: Lookup, sequence: int | None = None) -> Architecture:
        """Architecture of a model of the catalogue, for samples of `sequence` tokens or of its own length.

        Raises
        ------
        UnknownEntry : the catalogue has no such model, or not its shape.
        UnknownShape : a shape that no model can have, such as a sequence of 0.

        >>> from gortyn.catalogue import load
        >>> model = Architecture.from_catalogue("Llama-3-405B", load().lookup())
        >>> f"{model.parameters / 1e9:.2f}"  # published: 405.85
        '405.85'
        """

        def get(field: str, default: float = 0) -> int:
            value = facts.get_number("models", name, field)
            return int(default if value is None else value)

        hidden, heads = int(facts.number("models", name, "hidden_size")), int(facts.number("models", name, "heads"))
        experts = get("experts")
        return cls(
            name=name,
            layers=int(facts.number("models", name, "layers")),
            hidden=hidden,
            ffn=int(facts.number("models", name, "ffn_size")),
            heads=heads,
            kv_heads=get("kv_heads", heads),
            head_dim=get("head_dim", hidden // heads),
            vocabulary=int(facts.number("models", name, "vocabulary")),
            sequence=get("sequence_length") if sequence is None else sequence,
            ffn_matrices=get("ffn_matrices", GATED),
            tied=bool(get("tied_embeddings")),
            experts=experts,
            experts_active=get("experts_active"),
            expert_ffn=get("expert_ffn_size", get("ffn_size")) if experts else 0,
            shared_experts=get("shared_experts"),
            dense_layers=get("dense_layers"),
            q_lora=get("q_lora_rank"),
            kv_lora=get("kv_lora_rank"),
            rope_dim=get("qk_rope_head_dim"),
            nope_dim=get("qk_nope_head_dim"),
            v_dim=get("v_head_dim"),
            window=get("window_tokens"),
            window_layers=get("window_layers"),
            mtp_layers=get("mtp_layers"),
            plain_experts=bool(get("plain_experts")),
        )

    @classmethod
    def from_row(cls, row: Mapping[str, object], facts: Lookup) -> Architecture:
        """Architecture that a row of a table of training runs states, completed by the catalogue's entry of its model.

        Columns read: model, layers, hidden, ffn, heads, kv_heads, vocab, seq_len, experts, active_experts,
        params_total. What the row states wins.

        Raises
        ------
        UnknownShape : neither the row nor the catalogue says enough; names what is missing.
        """
        stated = {field: int(float(str(row[column]))) for field, column in ROW_COLUMNS if _given(row.get(column))}
        name = str(row.get("model") or "model")
        known = known_model(name, facts.catalogue)
        if known is None:
            return _stated(name, stated, row, facts)
        base = cls.from_catalogue(known, facts)
        if "layers" in stated and base.window_layers:
            stated["window_layers"] = base.window_layers * stated["layers"] // base.layers
        if "head_dim" not in stated and {"hidden", "heads"} & set(stated) and base.head_dim * base.heads == base.hidden:
            stated["head_dim"] = stated.get("hidden", base.hidden) // stated.get("heads", base.heads)
        # The width of an expert is the catalogue's, whichever of the two a table calls ffn.
        for field in ("ffn",) if base.experts else ("experts", "experts_active"):
            stated.pop(field, None)
        return replace(base, name=name, **stated)

    @property
    def moe_layers(self) -> int:
        """Layers with experts."""
        return self.layers - self.dense_layers if self.experts else 0

    @property
    def parameters(self) -> float:
        """Parameters of the model without layers for multi-token prediction, norms and embeddings included."""
        return self._parameters(self.experts)

    @property
    def parameters_active(self) -> float:
        """Parameters that a token uses, embeddings included."""
        return self._parameters(self.experts_active)

    @property
    def flops_per_token(self) -> float:
        """Model operations to train on one token, forward and backward; causal attention counted at half [FLOP].

        Layers for multi-token prediction are left out, as in published figures.
        """
        attention = FLOPS_PER_PARAMETER * self.heads * (self.query_dim + self.value_dim)
        full = (self.layers - self.window_layers) * self.sequence / 2
        seen = min(self.window, self.sequence)
        windowed = self.window_layers * seen * (1 - seen / (2 * self.sequence)) if self.window_layers else 0
        return FLOPS_PER_PARAMETER * self.parameters_active + attention * (full + windowed)

    @property
    def query_dim(self) -> int:
        """Channels of a query."""
        return self.nope_dim + self.rope_dim if self.kv_lora else self.head_dim

    @property
    def value_dim(self) -> int:
        """Channels of a value."""
        return self.v_dim if self.kv_lora else self.head_dim

    def shape(self) -> Shape:
        """The same for the kernels."""
        return Shape(
            layers=self.layers,
            hidden=self.hidden,
            ffn=self.ffn,
            heads=self.heads,
            kv_heads=self.kv_heads,
            head_dim=self.head_dim,
            vocabulary=self.vocabulary,
            sequence=self.sequence,
            ffn_matrices=self.ffn_matrices,
            tied=int(self.tied),
            experts=self.experts,
            experts_active=self.experts_active,
            expert_ffn=self.expert_ffn,
            shared_experts=self.shared_experts,
            moe_layers=self.moe_layers,
            q_lora=self.q_lora,
            kv_lora=self.kv_lora,
            rope_dim=self.rope_dim,
            nope_dim=self.nope_dim,
            v_dim=self.v_dim,
            window=self.window,
            window_layers=self.window_layers,
            mtp_layers=self.mtp_layers,
            plain_experts=int(self.plain_experts),
        )

    def _parameters(self, experts: int) -> float:
        """Parameters with so many of the experts of a layer."""
        if self.kv_lora:
            attention = (
                self.hidden * (self.q_lora + self.kv_lora + self.rope_dim)
                + self.q_lora * (self.heads * self.query_dim + 1)
                + self.kv_lora * (self.heads * (self.nope_dim + self.v_dim) + 1)
                + self.heads * self.v_dim * self.hidden
            )
        else:
            attention = 2 * self.hidden * self.head_dim * (self.heads + self.kv_heads)
        norms = 2 * self.hidden
        dense = self.ffn_matrices * self.hidden * self.ffn
        expert = self.ffn_matrices * self.hidden * self.expert_ffn
        router = self.hidden * self.experts
        mixed = self.moe_layers * ((experts + self.shared_experts) * expert + router)
        embeddings = (1 if self.tied else 2) * self.vocabulary * self.hidden
        plain = (self.layers - self.moe_layers) * dense
        return float(self.layers * (attention + norms) + plain + mixed + embeddings + self.hidden)


ROW_COLUMNS: Final = (
    ("layers", "layers"),
    ("hidden", "hidden"),
    ("ffn", "ffn"),
    ("heads", "heads"),
    ("kv_heads", "kv_heads"),
    ("vocabulary", "vocab"),
    ("sequence", "seq_len"),
    ("experts", "experts"),
    ("experts_active", "active_experts"),
)
"""Field of an architecture and column of a table of runs."""


def known_model(name: str, catalogue: Catalogue) -> str | None:
    """The catalogue's name of a model that a table or a user calls `name`; None if it has none.

    >>> from gortyn.catalogue import load
    >>> known_model("llama3.1-405b", load()), known_model("LLAMA3_70B", load()), known_model("gpt-39.1B", load())
    ('Llama-3-405B', 'Llama-3-70B', None)
    """
    wanted = _plain(name)
    return next((entry for entry in catalogue.entries("models") if _plain(entry) == wanted), None)


def _plain(name: str) -> str:
    """A model's name without case, punctuation and the minor version of Llama 3, whose shapes are the same."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"llama-?3\.\d", "llama3", name.lower()))


def _given(value: object) -> bool:
    return value is not None and str(value).strip() not in ("", "nan")


def _stated(name: str, stated: dict[str, int], row: Mapping[str, object], facts: Lookup) -> Architecture:
    """Architecture from what a row says alone."""
    missing = [column for field, column in ROW_COLUMNS if field in ("layers", "hidden", "heads", "sequence")
               and field not in stated]  # fmt: skip
    if missing:
        message = f"the shape of {name!r} is not in the catalogue and the row leaves out {', '.join(missing)}"
        raise UnknownShape(message)
    hidden, heads = stated["hidden"], stated["heads"]
    if stated.get("experts"):
        message = f"{name!r} is a mixture of experts that the catalogue lacks: the width of an expert is unknown"
        raise UnknownShape(message)
    ffn = stated.get("ffn", PLAIN_WIDTH * hidden)
    vocabulary = stated.get("vocabulary", int(facts.number("models", "GPT-3-175B", "vocabulary")))
    plain = Architecture(
        name=name,
        layers=stated["layers"],
        hidden=hidden,
        ffn=ffn,
        heads=heads,
        kv_heads=stated.get("kv_heads", heads),
        head_dim=hidden // heads,
        vocabulary=vocabulary,
        sequence=stated["sequence"],
        ffn_matrices=PLAIN,
        tied=True,
    )
    gated = replace(plain, ffn_matrices=GATED, tied=False)
    if _given(row.get("params_total")):
        published = float(str(row["params_total"]))
        return min(plain, gated, key=lambda model: abs(model.parameters - published))
    return plain if ffn >= PLAIN_WIDTH * hidden else gated
