'use strict';
// Each SDK set up as its README says, with its own defaults: how to capture, how to wait for delivery, its line in Express.

const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

exports.start = (sdk, { url, folder, toGitHub }, load) => {
  switch (sdk) {
    case 'splat': {
      const splat = load('@splat-heal/sdk');
      // Fifty issues in a minute are more than it makes; a collector takes them all.
      const where = toGitHub ? { token: 't', apiUrl: url } : { transport: 'http', url: `${url}/collect` };
      splat.init({ repo: 'o/r', root: folder, spoolDir: `${folder}/spool`, ...where });
      return { capture: splat.captureException, flush: () => splat.flush(10), before: splat.express };
    }
    case 'sentry': {
      const sentry = load('@sentry/node');
      sentry.init({ dsn: `${url.replace('http://', 'http://key@')}/1` });
      return { capture: sentry.captureException, flush: () => sentry.flush(10_000), behind: sentry.setupExpressErrorHandler };
    }
    case 'bugstack': {
      const { initBugStack, captureError, installGlobalHandlers } = load('bugstack-sdk/generic');
      const options = { apiKey: 'x', endpoint: `${url}/capture`, debug: false };
      initBugStack(options);
      installGlobalHandlers();
      const behind = (app) => app.use(load('bugstack-sdk/express').bugstackErrorHandler(options));
      return { capture: captureError, flush: () => sleep(5), behind };
    }
    case 'rollbar': {
      const Rollbar = load('rollbar');
      const options = { accessToken: 'x', endpoint: `${url}/api/1/item/`, captureUncaught: true, captureUnhandledRejections: true };
      const rollbar = new Rollbar(options);
      return {
        capture: (error) => rollbar.error(error),
        flush: () => new Promise((done) => rollbar.wait(done)),
        behind: (app) => app.use(rollbar.errorHandler()),
      };
    }
    case 'bugsnag': {
      const bugsnag = load('@bugsnag/node');
      const endpoints = { notify: `${url}/notify`, sessions: `${url}/sessions` };
      bugsnag.start({ apiKey: 'a'.repeat(32), endpoints, autoTrackSessions: false, logger: null });
      return { capture: (error) => bugsnag.notify(error), flush: () => sleep(2) };
    }
    default:
      return { capture: (error) => error.stack, flush: () => sleep(0) };
  }
};
exports.sleep = sleep;
