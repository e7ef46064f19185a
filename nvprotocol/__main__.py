"""`python -m nvprotocol` is the command `nvprotocol`."""

import signal


def main() -> None:
    """Runs the command; Ctrl-C before its work, while Python imports it, or after ends it without a traceback.

    Raises:
        SystemExit: Always, with the exit code.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # during the work it is that of the command
    from nvprotocol.cli import main as command

    command()


if __name__ == "__main__":
    main()
