"""What is wrong with the broken scenarios about access, as `tests/io/test_bad_scenarios.py` expects it."""

from __future__ import annotations

# Line, column, path and a part of the message, in the order of the file.
ACCESS_FAULTS: dict[str, list[tuple[int, int, str, str]]] = {
    "access-of-unknown-names": [
        (38, 11, "tenants.0.mode", "there is no mode of access 'fre'; did you mean free?"),
        (39, 17, "tenants.0.data_space", "there is no data space 'meda'; did you mean media?"),
        (40, 42, "tenants.0.countries.1.country", "'FR' is there already"),
        (
            42,
            111,
            "training_runs.0.data_spaces.1",
            "there is no data space 'mobility' in access.data_spaces; add {name: mobility}, the catalogue knows it",
        ),
        (42, 121, "training_runs.0.data_spaces.2", "'media' is there already"),
    ],
    "applicants-of-no-country": [
        (39, 27, "tenants.0.countries.0.country", "there is no country of the catalogue 'XX'"),
    ],
    "data-never-arrive": [
        (43, 19, "access.transfer_share", "is 0: data of a data space would never arrive"),
    ],
    "data-space-of-unknown-size": [
        (42, 14, "access.data_spaces.0.name", "the catalogue has no data space 'medias'; did you mean media?"),
    ],
    "demand-above-shares": [
        (32, 3, "tenants", "tenants ask for 110% of all chip-hours; the queue would grow without end"),
    ],
    "enclave-overloaded": [
        (
            41,
            19,
            "tenants.1.demand_share",
            "asks with those above for 128 chips around the clock, isolation included; enclaves for health have 64",
        ),
    ],
    "enclave-larger-than-machine": [
        (41, 54, "access.enclaves.1.chips", "is 100, but north has 24 chips of gpu for it"),
    ],
    "enclave-of-nothing": [
        (44, 27, "access.enclaves.0.site", "there is no site 'south'; did you mean north?"),
        (45, 42, "access.enclaves.1.machine", "there is no machine 'gp'; did you mean gpu?"),
        (46, 44, "access.enclaves.2.machine", "north installs no other, but gpu"),
    ],
    "faults-inside-access": [
        (44, 108, "access.modes.0.pass_share", "must be at most 1, is 2"),
        (
            45,
            43,
            "access.modes.1.classes.0",
            "is the text 'startup'; did you mean start-up?",
        ),
        (
            47,
            32,
            "access.data_spaces.0.sensitive",
            "must be lower-case words, digits and single hyphens, is the text 'Health'",
        ),
    ],
    "grant-outside-mode": [
        (39, 23, "tenants.0.grant_chip_hours", "is 500, less than free grants at least (1,000 chip-hours)"),
        (47, 23, "tenants.1.grant_chip_hours", "is 9,000, more than free grants at most (5,000 chip-hours)"),
    ],
    "mode-closed-to-class": [
        (38, 11, "tenants.0.mode", "'science' is closed to start-up; open to it: free"),
        (45, 11, "tenants.1.mode", "'free' is closed to industry; none is open to it"),
    ],
    "mode-free-for-nobody": [
        (43, 107, "access.modes.0.free_for.0", "research does not qualify for this mode"),
        (43, 158, "access.modes.0.most_chip_hours", "is 10, less than least_chip_hours (100)"),
        (43, 184, "access.modes.0.cutoffs.1", "2028-01-01 is not after 2028-02-01"),
    ],
    "mode-without-processing": [
        (
            43,
            7,
            "access.modes.0",
            "say processing_days or processing_working_days; the catalogue has neither for 'free'",
        ),
    ],
    "modes-above-one": [
        (42, 5, "access.modes", "grant 130% of all chip-hours (chip_hours_share); at most 100% are there"),
    ],
    "repeated-access-names": [
        (43, 14, "access.modes.1.name", "'free' is there already"),
        (46, 14, "access.enclaves.1.name", "'vault' is there already"),
        (49, 14, "access.data_spaces.1.name", "'media' is there already"),
    ],
    "sensitive-data-in-the-open": [
        (38, 17, "tenants.0.data_space", "'health' holds health data, which stay in enclaves: say sensitive: health"),
        (
            40,
            104,
            "training_runs.0.data_spaces.0",
            "'health' holds health data, which stay in enclaves; users is not sensitive: health",
        ),
    ],
    "sensitive-without-enclave": [
        (49, 16, "tenants.0.sensitive", "no enclave takes heath data; did you mean health?"),
        (56, 16, "tenants.1.sensitive", "no enclave at east takes health data, but vault at north"),
    ],
}
