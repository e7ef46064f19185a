"""How a command ends when it is told to: with its `finally` clauses run, also where Python would lose the exception."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_AFTER_S = 0.02
_HEARD = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupted(SystemExit):
    """A signal that ends the program, with exit code 128 + its number.

    Attributes:
        exit_code: That number; of an interrupt from the keyboard by default.
        kept: What is left of the work, in words; "" for nothing.
    """

    def __init__(self, exit_code: int = 130, kept: str = "") -> None:
        super().__init__(exit_code)
        self.exit_code, self.kept = exit_code, kept


@contextmanager
def ends_when_told() -> Iterator[None]:
    """Lets SIGINT, SIGTERM and SIGHUP end the program as `Interrupted`, where they are not ignored.

    An exception that a signal raises inside a callback of Python's own (a destructor, a weak reference's callback, of
    which every import has some) goes nowhere: Python reports it to `sys.unraisablehook` and works on. There it is told
    the program again, a moment later.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread can be told
        yield
        return
    # None is a handler that is not Python's, which could not be put back; nohup has SIGHUP ignored
    before = {one: handler for one in _HEARD if (handler := signal.getsignal(one)) not in (signal.SIG_IGN, None)}
    hook = sys.unraisablehook

    def tell_again(lost: "sys.UnraisableHookArgs") -> None:
        number = _signal_of(lost.exc_value)
        if number is None:
            hook(lost)
            return
        # from another thread: raised here, in the hook, it would be lost again
        later = threading.Timer(_AGAIN_AFTER_S, _tell_main_thread, [number])
        later.daemon = True
        later.start()

    sys.unraisablehook = tell_again
    try:
        for one in before:
            signal.signal(one, _end)
        yield
    finally:
        sys.unraisablehook = hook
        for one, handler in before.items():
            signal.signal(one, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(128 + number)


def _tell_main_thread(number: signal.Signals) -> None:
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):  # a main thread that sleeps or waits wakes up
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)


def _signal_of(error: BaseException | None) -> signal.Signals | None:
    """The signal that has raised an exception."""
    if isinstance(error, KeyboardInterrupt):
        return signal.SIGINT
    if isinstance(error, Interrupted):
        return signal.Signals(error.exit_code - 128)
    return None
