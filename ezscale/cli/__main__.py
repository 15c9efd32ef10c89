"""`python -m ezscale.cli`."""

from ezscale.cli.main import main
from ezscale.kit.logs import configure_logs

if __name__ == "__main__":
    configure_logs()  # beside what a command says: a program that reads it must not meet our log
    main()
