"""The log ring and logged errors: what is seen, and that nobody's logging changes."""

from __future__ import annotations

import logging
import threading

import loguru
import pytest
import structlog

import splat
from splat import scope
from splat.integrations.logging import Handler
from tests.integrations.captured import capturing

log = logging.getLogger("shop")


@pytest.fixture(autouse=True)
def levels():
    log.setLevel(logging.DEBUG)
    yield
    log.setLevel(logging.NOTSET)
    log.propagate = True
    log.filters.clear()


def listening():
    return capturing(integrations="logging")


def records():
    return [(level, name, message) for _, level, name, message in scope.ring.all() if name != "splat"]


def failed(number=1):
    try:
        raise ValueError(number)
    except ValueError:
        log.exception("failed %s", number)


def test_the_last_two_hundred_of_info_and_more():
    with listening() as kept:
        log.debug("d")
        log.info("i %s", 5)
        log.warning("w")
        splat.capture_message("x")
        for number in range(500):
            log.info("n %s", number)
        splat.capture_message("y")
    assert [(each["level"], each["logger"], each["message"]) for each in kept.reports[0]["logs"]] == [
        ("INFO", "shop", "i 5"),
        ("WARNING", "shop", "w"),
    ]
    assert [each["message"] for each in kept.reports[1]["logs"]] == [f"n {number}" for number in range(300, 500)]
    assert kept.reports[0]["logs"][0]["time"].endswith("Z")


def test_levels_and_handlers_stay():
    root = logging.getLogger()
    before = (
        root.level,
        list(root.handlers),
        log.level,
        list(log.handlers),
        logging.lastResort,
        logging.raiseExceptions,
    )
    with listening():
        assert before == (
            root.level,
            list(root.handlers),
            log.level,
            list(log.handlers),
            logging.lastResort,
            logging.raiseExceptions,
        )
        log.setLevel(logging.ERROR)
        log.info("not kept")
        log.error("kept")
        assert records() == [("ERROR", "shop", "kept")]


def test_what_does_not_reach_the_root_logger_is_not_kept_but_its_errors_are():
    with listening() as kept:
        log.propagate = False
        log.warning("w")
        failed()
        assert records() == []
    assert kept.types == ["ValueError"]


def test_what_a_logger_filters_is_not_seen():
    class Scrub(logging.Filter):
        def filter(self, record):
            record.msg = record.msg.replace("secret", "***")
            return "drop" not in record.msg

    with listening() as kept:
        log.addFilter(Scrub())
        log.warning("a secret")
        log.warning("drop")
        assert records() == [("WARNING", "shop", "a ***")]
    assert kept.errors == 0


@pytest.mark.parametrize("level", ["error", "critical"])
def test_errors_with_their_exception_are_captured_as_handled(level):
    with listening() as kept:
        try:
            {}["a"]
        except KeyError as error:
            getattr(log, level)("x", exc_info=True)
            getattr(log, level)("x", exc_info=error)
    report = kept.reports[0]
    assert kept.errors == 1
    assert report["mechanism"] == {"type": "logging", "handled": True}
    assert [each["message"] for each in report["logs"]] == ["x"]


def test_what_is_no_error_of_the_app():
    with listening() as kept:
        log.error("no exception")
        log.error("none is handled", exc_info=True)
        try:
            raise ValueError
        except ValueError:
            log.warning("only a warning", exc_info=True)
        logging.getLogger("splat").error("our own", exc_info=ValueError("x"))
    assert kept.errors == 0


def test_a_message_that_cannot_be_made_is_kept_as_it_is(capsys):
    class Bad:
        def __str__(self):
            raise RuntimeError("no")

    with listening():
        logging.raiseExceptions = False
        try:
            log.warning("%s", Bad())
            log.warning("%d", "x")
            log.warning(Bad())
        finally:
            logging.raiseExceptions = True
        assert [message for _, _, message in records()] == ["%s", "%d", "<Bad>"]


def test_logging_while_an_error_is_captured_does_not_recurse():
    class Talks(Exception):
        def __str__(self):
            failed("inside")
            return "talks"

    with listening() as kept:
        splat.capture_exception(Talks())
        failed("outside")
    assert sorted(kept.types) == ["Talks", "ValueError"] or sorted(each.rpartition(".")[2] for each in kept.types) == [
        "Talks",
        "ValueError",
    ]
    assert kept.errors == 2


def test_many_threads():
    with listening() as kept:
        threads = [threading.Thread(target=lambda: [failed() for _ in range(200)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert kept.errors == 800


def test_after_close_nothing_is_seen():
    with listening():
        pass
    log.warning("w")
    failed()
    assert records() == []


# --- structlog --------------------------------------------------------------------------------------------------------


@pytest.fixture
def unconfigured():
    yield
    structlog.reset_defaults()


def test_structlog_through_the_standard_library(unconfigured):
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, structlog.processors.JSONRenderer(sort_keys=True)],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    with listening() as kept:
        structlog.get_logger("shop").warning("paid", amount=5)
        assert records() == [("WARNING", "shop", '{"amount": 5, "event": "paid", "level": "warning"}')]
    assert kept.errors == 0


@pytest.mark.parametrize(
    "last", [structlog.stdlib.render_to_log_kwargs, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
)
def test_errors_through_structlog(unconfigured, last):
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, last],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    with listening() as kept:
        try:
            raise ValueError("x")
        except ValueError:
            structlog.get_logger("shop").exception("failed", order=7)
        assert "failed" in records()[0][2]
    assert kept.types == ["ValueError"]


# --- loguru -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{message}", lambda _: "{message}"])
def test_loguru_through_a_handler(form):
    with capturing(integrations="none") as kept:
        sink = loguru.logger.add(Handler(), format=form)
        try:
            loguru.logger.debug("d")
            loguru.logger.info("paid {}", 5)
            try:
                raise ValueError("x")
            except ValueError:
                loguru.logger.exception("failed")
        finally:
            loguru.logger.remove(sink)
    assert kept.types == ["ValueError"]
    kept_logs = [(each["level"], each["message"]) for each in kept.reports[0]["logs"]]
    assert kept_logs == [("INFO", "paid 5"), ("ERROR", "failed")]


def test_loguru_that_hands_to_logging_is_seen_once():
    class Propagate(logging.Handler):
        def emit(self, record):
            log.handle(record)

    with listening() as kept:
        sink = loguru.logger.add(Propagate(), format="{message}")
        try:
            loguru.logger.info("paid")
            try:
                raise ValueError("x")
            except ValueError:
                loguru.logger.exception("failed")
        finally:
            loguru.logger.remove(sink)
        assert [message for _, _, message in records()] == ["paid", "failed"]
    assert kept.errors == 1
