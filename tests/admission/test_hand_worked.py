"""Two calendars worked out by hand, one with cut-offs and one without."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from admission.make import FRANCE, START, bare_plans, mode, scenario, written
from gortyn.admission import NOT_GRANTED, OUTCOMES, decided
from gortyn.admission.capacity import in_operation

#      June 2026               July 2026
# Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
#  1  2  3  4  5  6  7           1  2  3  4  5
#  8  9 10 11 12 13 14     6  7  8  9 10 11 12
# 15 16 17 18 19 20 21
# 22 23 24 25 26 27 28
# 29 30
#
# A hundred chips that have been there all along.
CHIPS = 100


def when(seconds: int) -> str:
    return (datetime.combine(START, datetime.min.time()) + timedelta(seconds=int(seconds))).strftime("%m-%d %H:%M:%S")


def decide(catalogue, chosen, rows, days=42):
    scene = scenario(catalogue, (chosen,), [("labs", chosen.name, {})], days=days)
    capacity = in_operation(scene, bare_plans((date(2025, 1, 1), CHIPS)))
    result = decided(scene, written(rows), capacity, FRANCE, catalogue.lookup())
    return scene, result


# Half of the chips; cut-offs on Friday 5 June, Saturday 13 June and Friday 3 July; two working days.
#
# cut-off Fri  5 June: Mon  8 is the first working day, Tue  9 the second    -> grants begin on 9 June
# cut-off Sat 13 June: Mon 15 is the first, Tue 16 the second                -> 16 June
# cut-off Fri  3 July: Mon  6, Tue 7                                         -> 7 July
#
# pools at 50 chips:  9 to 16 June,  7 days, 168 h x 50 =  8,400 chip-hours
#                    16 June to 7 July, 21 days, 504 h x 50 = 25,200
#                     7 July on: as long as the longest gap, 13 June to 3 July, 20 days, 480 h x 50 = 24,000
BOARD = mode(
    "board",
    cutoffs=(date(2026, 6, 5), date(2026, 6, 13), date(2026, 7, 3)),
    chip_hours_share=0.5,
    allocation_months=1.0,
    pass_share=0.75,
)
BY_5_JUNE, BY_13_JUNE, BY_3_JULY = "06-05 23:59:59", "06-13 23:59:59", "07-03 23:59:59"
BOARD_CASES = [
    # The best asks for more than the pool has: 8,401 of 8,400.
    ({"at": "06-01 10:00:00", "asks": 8_401, "score": 0.99}, BY_5_JUNE, "06-09", "crowded-out"),
    # 5,000 of 8,400: 3,400 are left.
    ({"at": "06-01 11:00:00", "asks": 5_000, "score": 0.9}, BY_5_JUNE, "06-09", "admitted"),
    # Two ask for the last hours: this one is behind the next, which takes all 3,400.
    ({"at": "06-02 09:00:00", "asks": 10, "score": 0.79}, BY_5_JUNE, "06-09", "crowded-out"),
    ({"at": "06-03 09:00:00", "asks": 3_400, "score": 0.8}, BY_5_JUNE, "06-09", "admitted"),
    # 1 - 0.75: what is below a quarter is refused.
    ({"at": "06-04 09:00:00", "asks": 10, "score": 0.24}, BY_5_JUNE, "06-09", "refused"),
    # In the last second of the day of the cut-off, and in the first after it.
    ({"at": "06-05 23:59:59", "asks": 10, "score": 0.78}, BY_5_JUNE, "06-09", "crowded-out"),
    ({"at": "06-06 00:00:00", "asks": 10, "score": 0.78}, BY_13_JUNE, "06-16", "admitted"),
    # On the Saturday of a cut-off.
    ({"at": "06-13 12:00:00", "asks": 25_190, "score": 0.25}, BY_13_JUNE, "06-16", "admitted"),
    ({"at": "06-14 12:00:00", "asks": 10, "score": 0.9, "flaw": "civil-use"}, BY_3_JULY, "07-07", "ineligible"),
    ({"at": "07-03 12:00:00", "asks": 24_000, "score": 0.3}, BY_3_JULY, "07-07", "admitted"),
    # No cut-off comes any more; the window ends with 12 July.
    ({"at": "07-04 12:00:00", "asks": 10, "score": 0.9}, "07-04 12:00:00", "07-13", "open"),
]


def test_cutoffs(catalogue):
    scene, found = decide(catalogue, BOARD, [row for row, *_ in BOARD_CASES])
    decisions = found.decisions
    assert [OUTCOMES[one] for one in decisions.outcome] == [outcome for *_, outcome in BOARD_CASES]
    assert [when(one) for one in decisions.cutoff_s] == [cutoff for _, cutoff, *_ in BOARD_CASES]
    assert [when(one) for one in decisions.decided_s] == [f"{day} 00:00:00" for _, _, day, _ in BOARD_CASES]
    assert found.pool_chip_hours.tolist() == [8_400 + 25_200 + 24_000]
    # A month is a twelfth of 365 days: 30 days and 10 hours.
    for place, begin_s in enumerate(decisions.begin_s.tolist()):
        if place in found.admitted:
            assert begin_s == decisions.decided_s[place]
            assert decisions.end_s[place] - begin_s == (30 * 24 + 10) * 3600
        else:
            assert begin_s == decisions.end_s[place] == NOT_GRANTED
    reasons = [found.reason(scene, place) for place in range(len(BOARD_CASES))]
    assert "better ones left too few hours" in reasons[0]
    # 9 June, 00:00, and 30 days and 10 hours.
    assert "granted until 2026-07-09" in reasons[1]
    assert "0.24, and asks for 0.25" in reasons[4]
    assert "not for civil use" in reasons[8]
    assert reasons[10] == "no cut-off comes after that of 2026-07-03"


def test_what_is_decided_after_the_window_is_open(catalogue):
    # With a window to 6 July, the grants of the last cut-off begin on the first day after it.
    _, found = decide(catalogue, BOARD, [row for row, *_ in BOARD_CASES], days=36)
    assert [OUTCOMES[one] for one in found.decisions.outcome[-3:]] == ["open"] * 3
    assert [when(one) for one in found.decisions.decided_s[-3:]] == ["07-07 00:00:00"] * 3
    assert found.pool_chip_hours.tolist() == [8_400 + 25_200]


# A tenth of the chips, one working day, five days of patience. Ten chips bring 240 chip-hours a day, and at most
# 90 days' worth are kept: 21,600, which is what is there on 1 June.
COUNTER = mode("counter", processing_working_days=1, chip_hours_share=0.1, patience_days=5)
COUNTER_CASES = [
    # Ready on Tuesday; 21,600 - 21,000 = 600 are left.
    ({"at": "06-01 09:00:00", "asks": 21_000}, "06-02 00:00:00", "admitted"),
    # Friday to Monday 8 June, when 600 + 6 x 240 = 2,040 are there: 360 more take a day and a half.
    ({"at": "06-05 15:00:00", "asks": 2_400}, "06-09 12:00:00", "admitted"),
    # Ready with it, but behind. 1,300 would take until 14 June, 22:00; patience ends five days after 8 June.
    ({"at": "06-05 16:00:00", "asks": 1_300}, "06-13 00:00:00", "withdrawn"),
    # From Saturday to Monday as well; its turn comes when the one before gives up, in its own last second: of the
    # 3.5 x 240 = 840 it takes 700.
    ({"at": "06-06 10:00:00", "asks": 700}, "06-13 00:00:00", "admitted"),
    # Both are there for the last 140; whoever was first gets them ...
    ({"at": "06-08 10:00:00", "asks": 140}, "06-13 00:00:00", "admitted"),
    # ... and the other waits for 24 of the next, 24 x 6 minutes; it was ready on 9 June, and waits until 14 June.
    ({"at": "06-08 11:00:00", "asks": 24}, "06-13 02:24:00", "admitted"),
    # More than is ever kept: nobody behind is served before it gives up on 22 June, five days after 17 June.
    ({"at": "06-16 11:00:00", "asks": 21_601}, "06-22 00:00:00", "withdrawn"),
    ({"at": "06-16 12:00:00", "asks": 10, "score": 0.2}, "06-17 00:00:00", "refused"),
    # Ready on 18 June, and still within patience then.
    ({"at": "06-17 12:00:00", "asks": 10}, "06-22 00:00:00", "admitted"),
    # Thursday 9 July: ready on Friday 10; what has come since 13 June is not 15,000 before the window ends.
    ({"at": "07-09 12:00:00", "asks": 15_000}, "07-13 00:00:00", "open"),
    # Behind it, though there is enough for this one.
    ({"at": "07-09 13:00:00", "asks": 1}, "07-13 00:00:00", "open"),
    # Ready on Monday 13 July, when the window is over.
    ({"at": "07-10 12:00:00", "asks": 1}, "07-13 00:00:00", "open"),
]


def test_without_cutoffs(catalogue):
    scene, found = decide(catalogue, COUNTER, [row for row, *_ in COUNTER_CASES])
    decisions = found.decisions
    assert [OUTCOMES[one] for one in decisions.outcome] == [outcome for *_, outcome in COUNTER_CASES]
    assert [when(one) for one in decisions.decided_s] == [at for _, at, _ in COUNTER_CASES]
    assert decisions.cutoff_s.tolist() == found.applications.submit_s.tolist()
    # Ten chips for 42 days.
    assert found.pool_chip_hours.tolist() == [pytest.approx(10 * 42 * 24)]
    assert "after waiting 5 days" in found.reason(scene, 2)
    assert "still waits for hours" in found.reason(scene, 9)
