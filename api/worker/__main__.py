"""`python -m api.worker`: hand out jobs until standard input closes."""

from api.settings import Settings
from api.worker.loop import run

if __name__ == "__main__":
    run(Settings())
