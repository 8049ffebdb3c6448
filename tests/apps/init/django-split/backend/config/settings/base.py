DJANGO_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
INSTALLED_APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
)
SECRET_KEY = "not a secret"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "config.urls"
DATABASES = {}
