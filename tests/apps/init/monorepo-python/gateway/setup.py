from setuptools import setup

setup(name='gateway', version='1', py_modules=['gateway'], install_requires=['flask'])
