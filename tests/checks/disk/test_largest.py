"""What is named when a disk is full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.disk.facts import PathUsage
from checks.disk.largest import GrowingPath, largest_paths, remedy

MIB = 2**20


def test_a_folder_is_named_only_where_its_contents_do_not_explain_it() -> None:
    places = [
        PathUsage("/srv", 100 * MIB),
        PathUsage("/srv/a", 60 * MIB),
        PathUsage("/srv/a/x", 50 * MIB),
        PathUsage("/srv/a/x/one.log", 49 * MIB),
        PathUsage("/srv/b", 30 * MIB),  # many small files
        PathUsage("/", 200 * MIB),
        PathUsage("/etc", 40 * MIB),
    ]
    found = [one.path for one in largest_paths(places, "/", {})]
    assert found == ["/srv/a/x/one.log", "/etc", "/srv/b"]


def test_the_same_place_seen_twice_is_one_place() -> None:
    places = [PathUsage("/var/log", 10), PathUsage("/var/log", 12), PathUsage("/var/log", 11)]
    assert largest_paths(places, "/", {}) == (GrowingPath("/var/log", 12),)


@pytest.mark.parametrize(("before", "grown"), [(None, None), (100, None), (99, None), (90, 10), (200, None), (0, 100)])
def test_growth(before: int | None, grown: int | None) -> None:
    earlier = {} if before is None else {"/a": before}
    assert largest_paths([PathUsage("/a", 100)], "/", earlier)[0].grown == grown


@given(
    st.lists(
        st.builds(PathUsage, st.from_regex(r"(/[ab]{1,2}){1,5}", fullmatch=True), st.integers(1, 10**12)), max_size=60
    )
)
def test_at_most_eight_and_the_largest_is_explained(places: list[PathUsage]) -> None:
    found = largest_paths(places, "/", {})
    assert len(found) <= 8
    assert [one.amount for one in found] == sorted((one.amount for one in found), reverse=True)
    assert bool(found) == bool(places)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/var/www/shop/var/cache/mage--a", "cache:flush"),
        ("/var/www/shop/var/page_cache", "cache:flush"),
        ("/home/shop/public/var/report", "var/report"),
        ("/home/shop/var/log/exception.log", "application logs"),
        ("/var/www/blog/wp-content/debug.log", "WP_DEBUG_LOG"),
        ("/var/www/blog/wp-content/cache/x", "caching plugin"),
        ("/var/www/blog/wp-content/updraft", "another machine"),
        ("/var/www/blog/wp-content/uploads/2026", "no page uses"),
        ("/srv/ee/system/user/cache", "ExpressionEngine"),
        ("/var/lib/php/sessions", "gc_maxlifetime"),
        ("/var/lib/mysql/shop/log.ibd", "by hand"),
        ("/var/log/journal/abc", "--vacuum-size"),
        ("/var/log/nginx/access.log", "logrotate"),
        ("/var/spool/postfix/deferred", "mailq"),
        ("/boot/initrd.img", "autoremove"),
        ("/opt/thing", "du -xh"),
    ],
)
def test_what_may_be_done_about_it(path: str, word: str) -> None:
    assert word in remedy([GrowingPath(path, 1)], "/", held_open=False)
