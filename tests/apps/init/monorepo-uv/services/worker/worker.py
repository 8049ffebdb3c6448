from celery import Celery

celery_app = Celery("worker", broker="memory://")


@celery_app.task
def divide(one, other):
    return one / other
