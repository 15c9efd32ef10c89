"""`python -m ezscale.cli`."""

from ezscale.cli.main import main

if __name__ == "__main__":
    main()
