"""Stage 8: branch, pull request, comment, in whatever forge there is."""

from healer.pull_request.body import diagnosis_body, pull_request_body, pull_request_title
from healer.pull_request.publish import publish
from healer.pull_request.value import Diagnosis, Forge, Offer, Overtaken, PullRequest, Refusal, Standing, Tally

__all__ = [
    "Diagnosis",
    "Forge",
    "Offer",
    "Overtaken",
    "PullRequest",
    "Refusal",
    "Standing",
    "Tally",
    "diagnosis_body",
    "publish",
    "pull_request_body",
    "pull_request_title",
]
