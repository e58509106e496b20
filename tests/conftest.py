"""What holds for all tests."""

import signal

from hypothesis import settings

settings.register_profile("siterounds", deadline=None)  # no test may fail because the machine is busy
settings.load_profile("siterounds")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs in its background; children
    signal.signal(signal.SIGINT, signal.default_int_handler)  # would ignore Ctrl-C, too
