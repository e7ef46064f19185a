"""`python -m nvprotocol` is the command `nvprotocol`."""

from nvprotocol.cli import main

if __name__ == "__main__":
    main()
