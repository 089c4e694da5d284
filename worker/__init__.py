"""Runs model/ off the web process: database, blob store, leases, Celery worker, supervisor."""
