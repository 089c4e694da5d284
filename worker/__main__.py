"""`python -m worker`: a worker process, configured by the environment."""

from worker.settings import Settings
from worker.tasks import run_worker

if __name__ == "__main__":
    run_worker(Settings())
