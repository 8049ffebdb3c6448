# frozen_string_literal: true

require_relative "desk"

# D7 to D9: a bug without an issue.
class CreatingTest < Desk
  def test_a_new_bug_becomes_one_issue_with_its_labels
    assert_equal [:delivered], deliver(item, by: process(labels: ["team-shop"]))
    assert_equal "[Splat] TypeError in shop/cart.rb:42", only["title"]
    assert_equal %w[auto-fix splat team-shop], labels(1).sort
    assert_includes only["body"], "signature=#{SIGNATURE}"
    assert_seen 1, 1
    assert_empty warnings
  end

  def test_no_spelling_of_the_trigger_label_is_given_at_creation
    by = process(labels: %w[Team AUTO-FIX SPLAT], trigger_label: "Auto-fix")
    assert_equal [:delivered], deliver(item, by: by)
    assert_equal [%w[splat Team]], requests("POST", "/issues$").map { |each| each["data"]["labels"] }
    assert_equal 1, triggered("Auto-fix")
  end

  def test_a_first_error_takes_five_requests
    deliver(item)
    assert_equal [%w[GET /issues], ["GET", ""], %w[POST /issues], %w[GET /issues], %w[PATCH /issues/1]], asked
  end

  def test_ten_seconds_of_identical_errors_take_six_requests
    by = process
    assert_equal [:delivered], deliver(item, by: by)
    by.hurry(steady + 60)
    assert_equal [:delivered], deliver(count(99_999), by: by)
    by.close(steady + 60)
    assert_seen 1, 100_000
    assert_equal 6, requests.length
  end

  def test_all_that_is_known_at_creation_is_in_the_first_body
    assert_equal [:delivered] * 4, deliver(count(5, release: "r2"), item, count(3), item)
    assert_seen 1, 10
    assert_includes only["body"], "releases=r1,r2 "
  end

  def test_an_answer_that_got_lost_makes_no_second_issue
    fault("reset", method: "POST", path: "/issues$", times: 1, late: true)
    assert_equal %i[delivered delivered], deliver(item, count(2))
    assert_equal 1, issues.length
    assert_seen 1, 3
    assert_equal 1, triggered
  end

  [500, "cut"].each do |how|
    define_method("test_creation_is_tried_again_#{how}") do
      fault(how, method: "POST", path: "/issues$", times: 1)
      assert_equal [:delivered], deliver(item)
      assert_equal 1, issues.length
      assert_equal 1, triggered
    end
  end

  def test_an_index_that_lags_is_waited_for
    lag(2.0)
    assert_equal [:delivered], deliver(item)
    assert_equal 1, triggered
    assert_equal 1, requests("POST", "/issues$").length
  end

  def test_when_the_process_ends_the_next_one_labels
    lag(3_600)
    by = process
    ending = once(%w[POST /issues], %w[GET /issues]) { by.hurry(steady + 1) }
    assert_equal [:delivered], deliver(item, by: by)
    ending.join
    by.close(steady + 1)
    assert_equal 0, triggered
    lag(0)
    owed = Dir[File.join(spool, "*.created")]
    assert_equal 1, owed.length
    File.utime(Time.now - 60, Time.now - 60, owed.first)
    by = process
    by.tick
    assert_equal 1, triggered
    assert_empty Dir[File.join(spool, "*.created")]
    asked = requests.length
    by.tick
    assert_equal asked, requests.length, "nothing owed, nothing asked"
  end

  def test_doubles_are_closed_by_any_later_process
    made
    body = only["body"]
    3.times { @kit.call(:open_issue, repo, "double", body, ["splat"]) }
    edit(1, labels: ["splat"])
    long_after
    assert_equal [:delivered], deliver(count(2))
    kept, *doubles = issues
    assert_equal "open", kept["state"]
    assert_equal %w[auto-fix splat], labels(1).sort
    assert_equal [%w[closed]] * 3, doubles.map { |each| [each["state"]] }
    doubles.each { |each| assert_equal "<!-- splat:duplicate of=1 -->", each["body"].split("\n")[2] }
    closing = requests("PATCH").select { |each| each["data"]["state"] == "closed" }
    assert_equal ["duplicate"] * 3, closing.map { |each| each["data"]["state_reason"] }
  end

  def test_a_maker_is_given_time_to_follow_up
    made
    clock(0)
    @kit.call(:open_issue, repo, "double", only["body"], ["splat"])
    deliver(item)
    assert_equal [[1, "open"], [2, "open"]], states
  end

  # --- many processes -------------------------------------------------------------------------------------------------

  # Threads in place of processes: hosts that share nothing, and five processes of each that share its claim.
  def test_twenty_processes_on_four_hosts_end_with_one_issue
    processes = Array.new(20) { |number| process(File.join(@folder, "host-#{number % 4}"), jitter: 1.0) }
    threads = processes.map do |each|
      Thread.new { deliver(item, by: each).tap { each.close(steady + 60) } }
    end
    said = threads.flat_map(&:value)
    assert_empty said - %i[delivered later]
    assert_includes said, :delivered
    long_after
    deliver(item)
    kept = issues.select { |each| each["state"] == "open" }
    assert_equal [1], kept.map { |each| each["number"] }
    assert_equal 1, triggered
    assert_operator issues.length, :<=, 4, "a host has one claim"
  end

  # --- the claim ------------------------------------------------------------------------------------------------------

  def test_while_another_process_creates_ours_waits_then_leaves_it_for_later
    other = Splat::Transports::GitHub::Claim.new(spool)
    by = process
    assert other.take
    assert_equal [:later], deliver(item, by: by)
    other.release
    assert_equal [:delivered], deliver(item, by: by)
    assert_equal 1, issues.length
  end

  def test_a_folder_nobody_can_write_in_costs_nothing_but_the_claim
    File.write(File.join(@folder, "file"), "")
    assert_equal [:delivered], deliver(item, by: process(File.join(@folder, "file", "spool")))
    assert_equal 1, triggered
  end

  # --- too many -------------------------------------------------------------------------------------------------------

  def test_a_process_makes_ten_issues_an_hour_and_one_about_the_others
    by = process
    assert_equal [:delivered] * 13, deliver(*signatures(13).map { |each| item(each) }, by: by)
    *made, summary = issues
    assert_equal signatures(10), made.map { |each| Splat::Block.marker_of(each["body"]) }
    assert_equal "[Splat] More errors than issues", summary["title"]
    assert_equal ZEROS, Splat::Block.marker_of(summary["body"])
    assert_includes summary["body"], "seen count=3 "
    assert_equal ["splat"], labels(11), "nothing in it can be fixed"
    refute_includes summary["body"], "TypeError"
    assert_equal %i[delivered delivered], deliver(item("a" * 16), count(40, format("%016x", 12)), by: by)
    by.tick
    assert_seen 11, 3
    by.close(steady + 60)
    left = Dir[File.join(spool, "*.json")].map { |path| Splat::Wire.item_of(File.read(path)) }
    assert_equal [[ZEROS, 41]], (left.map { |each| [each.body.signature, each.body.seen] })
    long_after
    assert_equal [:delivered], deliver(left.first)
    assert_seen 11, 44
    assert_equal 11, issues.length
  end

  def test_a_repository_gets_twenty_issues_an_hour
    [1, 11].each { |first| deliver(*signatures(10, first).map { |each| item(each) }) }
    assert_equal 20, issues.length
    third = process
    assert_equal [:delivered], deliver(item("a" * 16), by: third)
    assert_equal ZEROS, Splat::Block.marker_of(issues.last["body"])
    long_after(3_700)
    assert_equal [:delivered], deliver(item("b" * 16), by: third)
    assert_equal "b" * 16, Splat::Block.marker_of(issues.last["body"])
  end

  def test_an_overflow_goes_into_the_summary
    assert_equal %i[delivered delivered], deliver(count(70, ZEROS), item)
    assert_equal [SIGNATURE, ZEROS], (issues.map { |each| Splat::Block.marker_of(each["body"]) })
    assert_seen 2, 70
  end

  def test_a_summary_closed_as_not_planned_stays_closed
    deliver(count(70, ZEROS))
    close(1, "not_planned")
    assert_equal [:delivered], deliver(count(70, ZEROS))
    assert_equal "closed", only["state"]
  end

  def test_a_count_without_an_issue_waits_for_its_report_but_not_for_ever
    assert_equal %i[later delivered], deliver(count(3), count(3, OTHER, at: Time.now.to_f - 4_000))
    assert_empty issues
  end

  private

  def signatures(count, first = 1)
    (first...first + count).map { |number| format("%016x", number) }
  end
end

# I9, D7: what everyone can read, and a token that may not label.
class PublicTest < Desk
  def private?
    false
  end

  def test_a_public_repository_shows_no_logs_no_request_and_no_locals
    deliver(item)
    body = only["body"]
    ["a line of the log", "a breadcrumb", "/carts/7", "Hash(2)", "Logs", "Request"].each do |secret|
      refute_includes body, secret
    end
    assert_includes body, "no price"
  end

  def test_what_the_user_asked_for_is_shown_in_public
    deliver(item, by: process(public_logs: true, public_locals: true))
    body = only["body"]
    ["a line of the log", "a breadcrumb", "Hash(2)"].each { |shown| assert_includes body, shown }
    refute_includes body, "/carts/7"
  end

  def test_an_answer_without_the_flag_means_public
    fault(200, path: "#{repo}$", data: { "full_name" => repo })
    deliver(item)
    refute_includes only["body"], "a line of the log"
  end

  def test_a_token_that_may_not_label_creates_one_issue_and_says_so
    proxy(:set, "cannot_label", [BOT])
    by = process
    assert_equal [:delivered], deliver(item, by: by)
    assert_equal [:never], deliver(item(OTHER), by: by)
    assert_equal [:never], deliver(item("3" * 16)), "nor does a process started anew"
    assert_empty only["labels"]
    assert_includes warnings.first, "may not label"
    refute_includes warnings.join, BOT
  end

  def test_a_strangers_marked_issue_captures_nothing
    made
    forged = only["body"].sub(SIGNATURE, OTHER)
    edit(1, state: "closed", state_reason: "not_planned")
    @kit.call(:open_issue, repo, "captured", forged, ["splat"], token: STRANGER)
    long_after
    assert_equal [:delivered], deliver(item(OTHER))
    captured, made = issues.drop(1)
    assert_equal forged, captured["body"]
    assert_equal [3, "splat-bot"], [made["number"], made["user"]["login"]]
  end

  def test_a_reporter_that_is_listed_counts
    made
    other = @kit.call(:own_id, STRANGER)
    @kit.call(:open_issue, repo, "by another bot", only["body"].sub(SIGNATURE, OTHER), ["splat"], token: STRANGER)
    long_after
    assert_equal [:delivered], deliver(item(OTHER), by: process(reporters: [other]))
    assert_seen 2, 2
    assert_equal 2, issues.length
  end

  def test_a_duplicate_of_a_strangers_issue_means_silence
    made
    text = only["body"].sub(SIGNATURE, OTHER)
    @kit.call(:open_issue, repo, "mine now", text, ["splat"], token: STRANGER)
    close(1, "duplicate")
    proxy(:canonical, repo, 1, 2)
    long_after
    assert_equal [:delivered], deliver(item)
    assert_equal text, issue(2)["body"]
    assert_equal 2, issues.length
  end
end
