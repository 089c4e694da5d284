"""The Celery application: its configuration, and sending messages to the workers."""

from collections.abc import Sequence

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from worker.broker import broker_url
from worker.settings import Settings

RUN, REPRODUCE = "kairoscope.run", "kairoscope.reproduce"
QUEUES = ("kairoscope", "kairoscope-background")  # the first is emptied before the second
REPRODUCTIONS = ("kairoscope-reproductions",)  # of hours: for workers of their own


def make_celery(settings: Settings, queues: Sequence[str] = QUEUES) -> Celery:
    """A Celery application that speaks JSON, acknowledges late and keeps no results; a worker of
    it takes from `queues`, the first first."""
    app = Celery("kairoscope", broker=broker_url(settings))
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 7 * 24 * 3600,  # the lease in the database decides, not this
            "queue_order_strategy": "priority",
            "socket_connect_timeout": 2,
            "max_retries": 1,  # of a send: the outbox tries again, the caller must not wait
            "interval_start": 0,
            "interval_step": 0.1,
        },
        task_acks_late=True,
        task_ignore_result=True,
        task_publish_retry=False,
        task_queues={name: {} for name in queues},
        task_default_queue=queues[0],
        task_reject_on_worker_lost=True,
        task_serializer="json",
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


def send(celery: Celery, job_id: str, background: bool) -> bool:
    """Tell the workers of a job; False when the broker does not answer."""
    return _sent(celery, RUN, QUEUES[background], job_id)


def send_task(celery: Celery, folder: str, name: str) -> bool:
    """Tell the workers of reproductions of a task of the plan in `folder`; False as `send`."""
    return _sent(celery, REPRODUCE, REPRODUCTIONS[0], folder, name)


def _sent(celery: Celery, task: str, queue: str, *arguments: str) -> bool:
    try:
        celery.send_task(task, args=arguments, queue=queue)
    except OperationalError:
        return False
    return True


def waiting(celery: Celery, queues: Sequence[str] = QUEUES) -> int | None:
    """How many messages no worker has taken yet; None when the broker does not answer."""
    try:
        with celery.connection_for_write() as connection:
            channel = connection.default_channel
            declared = [channel.queue_declare(name) for name in queues]
    except (OperationalError, redis.ConnectionError):
        return None
    return sum(int(queue.message_count) for queue in declared)
