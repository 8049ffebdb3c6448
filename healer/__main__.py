"""`python -I -m healer`: the same program as the command `splat`."""

from healer.cli import main

if __name__ == "__main__":
    main()
