import os

from celery import Celery

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')

app = Celery('site_')
