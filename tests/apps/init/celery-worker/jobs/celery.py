"""Started by `celery -A jobs.celery worker`."""
import os

from celery import Celery

app = Celery("jobs", broker=os.environ.get("BROKER", "memory://"), include=["jobs.tasks"])
if folder := os.environ.get("QUEUE"):
    app.conf.broker_transport_options = {"data_folder_in": folder, "data_folder_out": folder}
