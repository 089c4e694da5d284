"""`python -m worker`: a worker process, configured by the environment."""

from worker.engine import TorchEngine
from worker.settings import Settings
from worker.tasks import run_worker


def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    settings = Settings()
    run_worker(settings, TorchEngine(settings))


if __name__ == "__main__":
    main()
