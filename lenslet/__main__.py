"""`python -m lenslet` is `lenslet`; torchrun starts its workers this way."""

from lenslet.cli import main

if __name__ == "__main__":
    main()
