"""`python -m yuqing.app.cli`, which is how the supervisor starts its children."""

from yuqing.app.cli import main

if __name__ == "__main__":
    main()
