"""How tasks reach the workers. The queue is only a hint: what is to be done stands in the database."""

from celery import Task
from kombu.exceptions import OperationalError

from catalog.outages import Outages

BROKER = Outages("The broker")


def hand_over(task: Task, *arguments: object) -> bool:
    """Hands a task to the workers; False where the broker is away, as what a merchant saves must not fail over it."""
    if BROKER.is_away:
        return False
    try:
        task.delay(*arguments)
    except OperationalError as error:
        BROKER.begin(error)
        return False
    return True
