"""Inline the looks of a page by premailer, so many times: python premailer_inlining.py PAGE TIMES."""

import json
import sys
import time
from pathlib import Path

from premailer import Premailer  # type: ignore[import-not-found]  # lives in the peers' environment alone

html, times = Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2])


def inlined() -> str:
    """The page with its looks in style attributes, what cannot go there left alone."""
    return str(Premailer(html, keep_style_tags=False, disable_validation=True, cssutils_logging_level=50).transform())


if inlined().count("style=") < 50:
    sys.exit("premailer put in next to nothing")
wall, cpu = time.perf_counter(), time.process_time()
for _ in range(times):
    inlined()
sys.stdout.write(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
