"""Started by `celery -A jobs.celery worker`."""
import os

from celery import Celery

app = Celery("jobs", broker=os.environ.get("BROKER", "memory://"), include=["jobs.tasks"])
