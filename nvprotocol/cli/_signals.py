"""How a command ends when it is told to: with its `finally` clauses run, also where Python would lose the exception."""

import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_AFTER_S = 0.1
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

    The exception of a signal comes wherever Python is, and need not arrive: in a callback (a destructor, a weak
    reference's, of which every import has some) Python drops it; compiled code may drop it, too, or go on with an error
    of its own, as a module does that cannot be loaded. So an exception that dies before it has come here tells the
    program again, a moment later; and an error that comes after a signal is taken for what has become of it.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread can be told
        yield
        return
    # None is a handler that is not Python's, which could not be put back; nohup has SIGHUP ignored
    before = {one: handler for one in _HEARD if (handler := signal.getsignal(one)) not in (signal.SIG_IGN, None)}
    hook = sys.unraisablehook

    def hide(lost: "sys.UnraisableHookArgs") -> None:
        if not isinstance(lost.exc_value, Interrupted):
            hook(lost)

    _told.clear()
    _told.listening = True
    sys.unraisablehook = hide
    try:
        for one in before:
            signal.signal(one, _told.end)
        yield
    except BaseException as error:
        told = interruption(error)
        if told is None or told is error:
            raise
        raise told from None
    finally:
        _told.listening = False
        sys.unraisablehook = hook
        for one, handler in before.items():
            signal.signal(one, handler)


def interruption(error: BaseException) -> Interrupted | None:
    """What an error is that has come of a signal; None of one that has not."""
    if isinstance(error, Interrupted):
        return error
    if _told.number is not None:
        return Interrupted(128 + _told.number)
    return Interrupted() if isinstance(error, KeyboardInterrupt) else None


class _Told:
    """What the program has been told.

    Attributes:
        listening: Whether a signal still has to end the program.
        number: The last signal.
    """

    def __init__(self) -> None:
        self.listening = False
        self.clear()

    def clear(self) -> None:
        self.number: int | None = None
        self._alive: weakref.ref[Interrupted] | None = None

    def end(self, number: int, _frame: FrameType | None) -> None:
        """Handles a signal."""
        self.number = number
        raise self._ending(number)  # which must not be held here: its traceback holds this frame

    def _ending(self, number: int) -> Interrupted:
        ending = Interrupted(128 + number)
        self._alive = weakref.ref(ending, lambda _: self._again(number))
        return ending

    def _again(self, number: int) -> None:
        if self.listening:
            # from another thread: what is raised here, in a callback, would be lost again
            later = threading.Timer(_AGAIN_AFTER_S, self._tell_main_thread, [number])
            later.daemon = True
            later.start()

    def _tell_main_thread(self, number: int) -> None:
        main = threading.main_thread().ident
        if not self.listening:
            return
        if main is not None and hasattr(signal, "pthread_kill"):  # a main thread that sleeps or waits wakes up
            signal.pthread_kill(main, number)
        else:
            signal.raise_signal(number)


_told = _Told()
