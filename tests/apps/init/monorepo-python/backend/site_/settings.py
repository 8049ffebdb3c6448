import os

BASE_APPS = ['django.contrib.auth']
INSTALLED_APPS = BASE_APPS + ['django.contrib.contenttypes']
SECRET_KEY = 'x'
ROOT_URLCONF = 'site_.urls'
DATABASES = {}
ALLOWED_HOSTS = ['*']
