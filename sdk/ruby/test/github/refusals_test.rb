# frozen_string_literal: true

require_relative "desk"

# T2 as the transport `github` keeps it: what is tried again, what is not, and what a person is told.
class RefusalsTest < Desk
  def test_a_wrong_token_is_tried_once_and_named
    proxy(:set, "bad_tokens", ["ghp_wrong"])
    by = process(token: "ghp_wrong")
    assert_equal %i[never never], deliver(item, item(OTHER), by: by)
    assert_equal [:never], deliver(item("3" * 16), by: by)
    by.tick
    by.close(steady + 1)
    assert_equal 1, requests.length
    assert_equal 1, warnings.length
    assert_match(/401.*SPLAT_TOKEN/m, warnings.first)
    refute_includes warnings.first, "ghp_wrong"
  end

  { 403 => "read and write access to the issues", 404 => "Check the option `repo`", 410 => "issues are turned off",
    422 => "not accepted" }.each do |status, told|
    define_method("test_what_is_refused_is_never_tried_again_#{status}") do
      fault(status, method: "POST", path: "/issues$", data: { "message" => "No `@octo-org/team` <!-- x" })
      assert_equal [:never], deliver(item)
      assert_equal 1, requests("POST").length
      assert_equal 1, warnings.length
      assert_includes warnings.first, status.to_s
      assert_includes warnings.first, told
      assert_empty issues
    end
  end

  def test_what_an_answer_repeats_is_told_without_secrets
    fault(403, data: { "message" => "what you sent: Authorization: Bearer ghp_#{'a1B2' * 9}" })
    assert_equal [:never], deliver(item)
    refute_includes warnings.join, "a1B2"
  end

  def test_a_text_that_is_not_taken_stops_nothing_else
    fault(422, method: "POST", path: "/issues$", times: 1)
    assert_equal %i[never delivered], deliver(item, item(OTHER))
    assert_equal 1, issues.length
  end

  def test_a_repository_that_moved_to_another_host_does_not_get_the_token
    fault(301, path: "/issues$", headers: { "Location" => "http://elsewhere.invalid/issues" })
    assert_equal [:never], deliver(item)
    assert_includes warnings.join, "another address"
  end

  def test_a_repository_that_was_renamed_is_followed
    listing = "#{@url}/repos/#{repo}/issues?state=all&labels=splat"
    fault(301, method: "GET", path: "/old/name/issues$", headers: { "Location" => listing })
    fault(307, method: "POST", path: "/old/name/issues$", headers: { "Location" => "/repos/#{repo}/issues" })
    fault(307, method: "PATCH", path: "/old/name/issues/1$", headers: { "Location" => "../../../#{repo}/issues/1" })
    fault(301, path: "/old/name$", headers: { "Location" => "/repos/#{repo}" })
    assert_equal [:delivered], deliver(item, by: process(repo: "old/name"))
    assert_equal %w[splat auto-fix], labels(1)
  end

  # --- limits ---------------------------------------------------------------------------------------------------------

  def test_a_long_retry_after_is_kept_without_a_further_request
    fault(429, headers: { "Retry-After" => "61" })
    by = process
    3.times { assert_equal %i[later later], deliver(item, count(3), by: by) }
    by.tick
    by.close(steady + 1)
    assert_equal 1, requests.length
    assert_empty warnings
  end

  def test_a_short_retry_after_is_waited_for
    fault(429, path: "/issues$", times: 1, headers: { "Retry-After" => "2" })
    assert_equal [:delivered], deliver(item)
    first, second, = requests
    assert_operator second["at"] - first["at"], :>=, 1.9
  end

  def test_a_secondary_limit_that_names_no_time_ends_the_try
    fault(403, method: "POST", path: "/issues$",
               data: { "message" => "You have exceeded a secondary rate limit. Please wait a few minutes." })
    by = process
    assert_equal [:later], deliver(item, by: by)
    asked = requests.length
    assert_equal [:later], deliver(item, by: by)
    assert_equal asked, requests.length
  end

  def test_the_last_request_of_a_limit_is_the_last
    used_up = { "X-RateLimit-Remaining" => "0", "X-RateLimit-Reset" => (Time.now.to_i + 900).to_s }
    fault(200, path: "/issues$", times: 1, headers: used_up, data: [])
    by = process
    2.times { assert_equal [:later], deliver(item, by: by) }
    assert_equal 1, requests.length
  end

  # --- broken ---------------------------------------------------------------------------------------------------------

  def test_a_reading_that_breaks_is_tried_again
    [500, "cut"].each { |how| fault(how, method: "GET", path: "/issues$", times: 1) }
    assert_equal [:delivered], deliver(item)
    assert_equal 1, issues.length
  end

  def test_something_that_is_not_github_answers
    fault(200, path: "/issues$", data: "<html>Please sign in to the Wi-Fi</html>")
    assert_equal [:later], deliver(item)
  end

  [[nil, 7, "x", {}, { "number" => "1" }], { "message" => "?" }, [[[]]]].each_with_index do |entries, number|
    define_method("test_entries_that_are_no_issues_are_passed_over_#{number}") do
      fault(200, method: "GET", path: "/issues$", times: 1, data: entries)
      assert_equal [:delivered], deliver(item)
    end
  end

  %w[GET POST].each do |method|
    define_method("test_a_server_that_hangs_does_not_keep_the_process_from_ending_#{method}") do
      fault("hang", method: method, path: "/issues$", seconds: 60)
      by = process
      started = steady
      by.hurry(started + 1)
      assert_equal [:later], deliver(item, by: by)
      by.close(started + 1)
      assert_operator steady - started, :<, Splat::HTTP::Client::READ_SECONDS
    end
  end

  def test_a_wait_ends_when_the_process_does
    fault(503, headers: { "Retry-After" => "50" })
    by = process
    started = steady
    ending = once(%w[GET /issues]) { by.hurry(steady + 1) }
    assert_equal [:later], deliver(item, by: by)
    assert_operator steady - started, :<, 30
    ending.join
  end

  def test_a_server_that_cannot_be_reached_is_told_once
    by = process(api_url: "http://127.0.0.1:9")
    assert_equal [:later], deliver(item, by: by)
    by.hurry(steady + 1)
    assert_equal [:later], deliver(item, by: by)
    assert_equal 1, warnings.length
    assert_match(/connection refused.*HTTPS_PROXY/m, warnings.first)
  end

  def test_nothing_that_is_said_holds_the_token
    secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
    [401, 403, 404, 410, 422, 301, 418].each do |status|
      proxy(:mend)
      fault(status, data: { "message" => "no" })
      assert_equal [:never], deliver(item, by: process(token: secret))
    end
    assert_equal 7, warnings.length
    refute_includes warnings.join, secret
  end

  def test_a_token_that_no_header_can_hold_is_refused_without_being_shown
    ["with\nline", "with\r\nHost: evil", "üüü", "tab\t"].each do |token|
      error = assert_raises(ArgumentError) { process(token: token) }
      assert_includes error.message, "no header can hold"
      refute_includes error.message, token
    end
  end
end
