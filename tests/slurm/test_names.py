"""Names that a configuration cannot carry are refused, each with one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.slurm import Name, name_faults
from gortyn.slurm.names import LONGEST, PLAIN, RESERVED


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("partition", "my part", "holds ' '"),
        ("partition", "a=b", "holds '='"),
        ("partition", "a,b", "holds ','"),
        ("partition", "a#b", "holds '#'"),
        ("account", "jülich", "holds letters outside ASCII"),
        ("account", "", "is empty"),
        ("account", "root", "is a word that Slurm keeps for itself"),
        ("partition", "Default", "is a word that Slurm keeps for itself"),
        ("QOS", "normal", "is a word that Slurm keeps for itself"),
        ("cluster", "all", "is a word that Slurm keeps for itself"),
        ("cluster", "a-b", "holds '-'"),
        ("cluster", "Alpha", "holds capitals"),
        ("cluster", "a" * 41, "has 41 letters; at most 40"),
        ("node", "n" * 64, "has 64 letters; at most 63"),
        ("account", "-x", "begins with '-'"),
        ("account", "a\nb", "holds '\\n'"),
    ],
)
def test_a_name_that_cannot_be_carried_is_refused(kind, text, message):
    (fault,) = name_faults([Name(kind, text, "it")])
    assert message in fault
    assert "\n" not in fault


def test_names_clash_after_folding_case_and_only_in_their_scope():
    one, two = Name("partition", "gpu", "machine gpu", "a"), Name("partition", "GPU", "enclave GPU", "a")
    assert name_faults([one, two]) == [
        "partition name 'GPU' (enclave GPU) is that of machine gpu too (Slurm does not tell upper from lower case)"
    ]
    assert not name_faults([one, two._replace(scope="b")])
    assert not name_faults([one, Name("account", "GPU", "tenant GPU", "a")])


@given(st.sampled_from(sorted(LONGEST)), st.text(max_size=80))
def test_what_passes_is_one_plain_word(kind, text):
    faults = name_faults([Name(kind, text, "it")])
    assert len(faults) <= 1
    if not faults:
        assert PLAIN.fullmatch(text)
        assert text.isascii()
        assert len(text) <= LONGEST[kind]
        assert text.casefold() not in RESERVED[kind]
