"""How a command ends when it is told to: with its `finally` clauses run, also where Python would lose the exception."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_AFTER_S = 0.02


@contextmanager
def ends_when_told() -> Iterator[None]:
    """Lets SIGTERM end the program as `SystemExit`, with exit code 128 + its number.

    An exception that a signal raises inside a callback of Python's own (a destructor, a weak reference's callback, of
    which every import has some) goes nowhere: Python reports it to `sys.unraisablehook` and works on. There it is told
    the program again, a moment later; the same for an interrupt.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread can be told
        yield
        return
    hook, handler = sys.unraisablehook, signal.signal(signal.SIGTERM, _end)

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
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGTERM, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


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
    if isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM:
        return signal.SIGTERM
    return None
