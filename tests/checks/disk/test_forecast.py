"""When a disk will be full."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.disk.forecast import Forecast, days, make_forecast

TODAY = 1000


def series(*amounts: float, step: int = 1, last: int = TODAY) -> list[tuple[int, int]]:
    """One amount for every `step` days, the last one `last`."""
    first = last - step * (len(amounts) - 1)
    return [(first + step * index, int(amount)) for index, amount in enumerate(amounts)]


def test_a_steady_rise() -> None:
    forecast = make_forecast(series(*(1000 + 10 * day for day in range(20))), 100, TODAY)
    assert forecast == Forecast(10, 10, 10, 10)


@pytest.mark.parametrize(
    ("what", "points"),
    [
        ("nothing", []),
        ("four points", series(1, 2, 3, 4, step=3)),
        ("six days", series(1, 2, 3, 4, 5, 6)),
        ("flat", series(*[500] * 20)),
        ("falling", series(*range(100, 60, -2))),
        ("one jump on a level", series(*[500] * 10, *[900] * 10)),
        ("long ago", series(*range(100, 140, 2), last=TODAY - 4)),
        ("all to come", series(*range(100, 140, 2), last=TODAY + 40)),
        ("a clean-up three days ago", series(*range(100, 160, 3), 70, 73, 76)),
        ("a clean-up today", series(*range(100, 160, 3), 70)),
        ("up and down", series(*[500, 700] * 10)),
    ],
)
def test_no_forecast(what: str, points: list[tuple[int, int]]) -> None:
    assert make_forecast(points, 100, TODAY) is None


def test_a_week_after_a_clean_up_it_foretells_again() -> None:
    points = series(*range(1000, 2000, 50), *(500 + 10 * day for day in range(9)))
    forecast = make_forecast(points, 100, TODAY)
    assert forecast is not None
    assert forecast.middle == pytest.approx(10)


def test_a_burst_at_night_moves_nothing() -> None:
    amounts = [1000.0 + 10 * day for day in range(30)]
    calm = make_forecast(series(*amounts), 1000, TODAY)
    amounts[12] += 150
    amounts[20] += 150
    burst = make_forecast(series(*amounts), 1000, TODAY)
    assert calm is not None
    assert burst is not None
    assert burst.middle == pytest.approx(calm.middle, rel=0.05)


def test_noise_alone_is_no_trend() -> None:
    """The false alarm of a level that only trembles: none in a thousand hosts, however long they are watched."""
    told = 0
    for seed in range(1000):
        chance = random.Random(seed)
        days_watched = chance.randint(8, 60)
        points = series(*(50_000_000 + chance.gauss(0, 200_000) for _ in range(days_watched)))
        forecast = make_forecast(points, 5_000_000, TODAY)
        told += forecast is not None and forecast.middle < 14
    assert told == 0


def test_a_real_trend_is_seen_through_noise() -> None:
    seen = 0
    for seed in range(200):
        chance = random.Random(seed)
        points = series(*(50_000_000 + 500_000 * day + chance.gauss(0, 200_000) for day in range(14)))
        forecast = make_forecast(points, 5_000_000, TODAY)
        seen += forecast is not None and 7 < forecast.middle < 14
    assert seen >= 195


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2**50)), max_size=60), st.integers(0, 2**50))
def test_whatever_the_past_the_range_is_in_order(points: list[tuple[int, int]], left: int) -> None:
    forecast = make_forecast(points, left, TODAY)
    if forecast is not None:
        assert 0 <= forecast.earliest <= forecast.middle
        assert forecast.latest is None or forecast.middle <= forecast.latest


@pytest.mark.parametrize(
    ("forecast", "words"),
    [
        (Forecast(8.9, 11, 15.6, 1), "in 8 to 16 days"),
        (Forecast(9.9, 10, 9.9, 1), "in 9 to 10 days"),
        (Forecast(0, 0, 0, 1), "in about 0 days"),
        (Forecast(9, 20, None, 1), "in 9 days or more"),
        (Forecast(9, 20, 5000, 1), "in 9 days or more"),
    ],
)
def test_words(forecast: Forecast, words: str) -> None:
    assert days(forecast) == words
