# frozen_string_literal: true

require_relative "desk"

# D2 to D6: an error that has an issue already.
class DedupTest < Desk
  def test_the_same_bug_of_a_later_process_is_counted
    made
    assert_equal %i[delivered delivered], deliver(item(release: "r2"), count(4))
    assert_seen 1, 6
    assert_includes only["body"], "releases=r1,r2 "
    assert_equal 1, requests("PATCH").length
  end

  def test_an_installations_token_learns_its_account_from_what_it_creates
    proxy(:set, "installations", [BOT])
    made
    assert_equal [:delivered], deliver(count(2))
    assert_seen 1, 3
    assert_empty requests("", "^/user$")
    long_after
    assert_equal [:delivered], deliver(item, by: process(File.join(@folder, "elsewhere")))
    assert_equal [[1, "open"], [2, "closed"]], states
    assert_includes warnings.first, "`reporters`"
  end

  # --- open -----------------------------------------------------------------------------------------------------------

  def test_who_edited_a_moment_ago_is_left_in_peace
    made
    clock(0)
    edit(1, title: "I am looking at this")
    by = process
    assert_equal [:later], deliver(item, by: by)
    assert_empty requests("PATCH")
    asked = requests.length
    assert_equal %i[later later], deliver(item, count(3), by: by)
    assert_equal asked, requests.length, "until the five minutes are over there is nothing to ask"
    long_after(301)
    assert_equal [:delivered], deliver(item(OTHER), by: by), "any answer tells the time"
    assert_equal %i[delivered delivered], deliver(item, count(3), by: by)
    assert_seen 1, 5
  end

  def test_our_own_write_is_no_reason_to_wait_and_a_count_right_after_it_takes_one_request
    by = process
    assert_equal [:delivered], deliver(item, by: by)
    proxy(:forget)
    2.times { assert_equal [:delivered], deliver(count(2), by: by) }
    assert_seen 1, 5
    assert_equal [["PATCH", "/issues/1"]] * 2, asked
  end

  def test_a_count_takes_two_requests
    made
    by = process
    2.times do
      assert_equal %i[delivered delivered], deliver(count(2), count(5), by: by)
      assert_equal [["GET", "/issues"], ["PATCH", "/issues/1"]], asked
      proxy(:forget)
    end
    assert_seen 1, 15
  end

  def test_what_people_wrote_stays_byte_for_byte
    made
    edited = "Ich schaue mir das an. @octo-org/security fixes #1\r\n\r\n#{only['body']}" \
             "\r\n\r\n```\nmore é \u{1f4a5}\t \r\n"
    edit(1, body: edited, title: "Cart: no price")
    long_after
    assert_equal [:delivered], deliver(count(7))
    block = /<!-- splat:seen .*?<!-- splat:end -->/m
    assert_equal edited.split(block), only["body"].split(block)
    assert_seen 1, 8
    assert_equal "Cart: no price", only["title"]
  end

  def test_without_its_block_an_issue_is_left_alone_and_not_sent_again_while_it_stays
    made
    body = only["body"].sub("<!-- splat:end -->", "")
    edit(1, body: body)
    long_after
    by = process
    3.times { assert_equal [:delivered], deliver(count(7), by: by) }
    assert_equal body, only["body"]
    assert_empty requests("PATCH")
    listings = requests("GET", "/issues$")
    assert_equal [200, 200, 304], (listings.map { |each| each["status"] })
    assert_equal [false, true, true], (listings.map { |each| each["query"].key?("since") })
  end

  def test_labels_that_people_chose_stay
    made
    edit(1, labels: %w[splat wip])
    long_after
    assert_equal %i[delivered delivered], deliver(item, count(7))
    assert_equal %w[splat wip], labels(1)
  end

  def test_an_issue_that_is_gone_is_made_again
    by = process
    deliver(item, by: by)
    lag(3_600)
    fault(410, path: "/issues/1$", data: { "message" => "This issue was deleted" })
    assert_equal [:later], deliver(item, by: by)
    lag(0)
    edit(1, labels: [])
    assert_equal [:delivered], deliver(item, by: by)
    assert_equal([1, 2], issues.map { |each| each["number"] })
  end

  # --- closed ---------------------------------------------------------------------------------------------------------

  def test_a_release_that_was_not_known_is_a_regression_and_asked_for_once
    made
    close(1, "completed")
    by = process
    assert_equal %i[delivered delivered], deliver(item(release: "r2"), count(3, release: "r2"), by: by)
    assert_equal [:delivered], deliver(count(3, release: "r2"), by: by)
    assert_equal "open", only["state"]
    assert_includes labels(1), "regression"
    assert_equal ["Seen again in a release that was not known when this was closed."], @kit.call(:comments, repo, 1)
    assert_includes only["body"], "releases=r1,r2 "
    close(1, "completed")
    assert_equal [:delivered], deliver(count(3, release: "r2"))
    assert_equal "closed", only["state"]
  end

  def test_a_release_that_was_known_is_none
    made
    close(1, "completed")
    assert_equal %i[delivered delivered], deliver(item, item(at: Time.now.to_f + DAY * 30))
    assert_equal "closed", only["state"]
    assert_equal ["GET"], requests.map { |each| each["method"] }.uniq
  end

  { DAY - 60 => "closed", DAY + 60 => "open" }.each do |after, state|
    define_method("test_without_releases_a_day_decides_#{state}") do
      made(release: "")
      close(1, "completed")
      assert_equal [:delivered], deliver(item(at: Time.now.to_f + after, release: ""))
      assert_equal state, only["state"]
      said = state == "open" ? ["Seen again after this was closed."] : []
      assert_equal said, @kit.call(:comments, repo, 1)
    end
  end

  def test_closed_as_not_planned_means_silence
    made
    close(1, "not_planned")
    late = item(at: Time.now.to_f + DAY * 30, release: "r3")
    assert_equal %i[delivered delivered], deliver(item(release: "r2"), late)
    assert_equal "closed", only["state"]
    assert_equal ["GET"], requests.map { |each| each["method"] }.uniq
  end

  def test_a_duplicate_is_counted_where_our_marker_leads
    5.times do |before|
      number = before + 1
      made(signature: number.to_s * 16)
      next if before.zero?

      edit(number, body: issue(number)["body"].sub("-->\nSeen", "-->\n<!-- splat:duplicate of=#{before} -->\nSeen"))
      close(number, "duplicate")
    end
    long_after
    assert_equal [:delivered], deliver(item("4" * 16))
    assert_seen 1, 2
    long_after
    assert_equal [:delivered], deliver(item("5" * 16))
    assert_seen 1, 2 # four hops are too many
    assert_equal 5, issues.length
  end

  def test_a_duplicate_without_our_marker_is_counted_in_its_canonical_issue
    made
    made(signature: OTHER)
    close(2, "duplicate")
    long_after
    assert_equal [:delivered], deliver(item(OTHER))
    assert_seen 1, 1 # GitHub names no other issue
    proxy(:canonical, repo, 2, 1)
    by = process("#{spool}-2", api_url: "#{@url}/api/v3")
    assert_equal [:delivered], deliver(item(OTHER), by: by)
    assert_seen 1, 2
    assert_equal [:delivered], deliver(item(OTHER), by: by)
    assert_equal 2, requests("POST", "/graphql$").length, "one question an issue"
    assert_equal 1, requests("POST", "^/api/graphql$").length
  end

  def test_what_is_read_last_decides
    made
    closed = { **only, "state" => "closed", "state_reason" => "completed", "closed_at" => "2026-01-01T00:00:00Z" }
    made(signature: OTHER)
    edit(2, body: issue(2)["body"].sub("-->\nSeen", "-->\n<!-- splat:duplicate of=1 -->\nSeen"))
    close(2, "duplicate")
    double = { **issue(2), "state_reason" => "duplicate" }
    fault(200, method: "GET", path: "/issues$", times: 1, data: [double, closed])
    assert_equal [:later], deliver(item(OTHER, release: "r2"))
    assert_empty requests("PATCH")
  end

  def test_a_body_never_grows_beyond_what_github_takes
    logs = [{ "message" => "x" * 5_000, "level" => "info" }] * 100
    deliver(item(logs: logs, request: { "method" => "POST", "path" => "/", "body" => "<>&`" * 1_000 },
                 release: "é" * 500))
    long_after
    assert_equal [:delivered] * 40, deliver(*Array.new(40) { |number| count(1, release: "#{number}#{'ü' * 100}") })
    assert_operator only["body"].bytesize, :<, 65_536
    assert_seen 1, 41
  end
end
