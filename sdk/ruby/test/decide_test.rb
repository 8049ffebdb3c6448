# frozen_string_literal: true

require_relative "helper"
require "splat/decide"

# D5, D8: what is done for an error.
class DecideTest < Minitest::Test
  extend Vectors::Tests

  Decide = Splat::Decide
  SIGNATURE = "17310dbb56def269"

  vectors("dedup", "decisions") do |vector|
    issues = vector["issues"].map { |each| listed(each) }
    event, made = vector.values_at("event", "created_last_hour")
    own = vector.key?("own_write") ? issues.to_h { |each| [each.number, vector["own_write"]] } : {}
    decision = Decide.decide(
      Decide::Sighting.new(event["signature"], event["at"], event["release"] || ""), issues,
      reporters: vector["reporters"], now: vector["now"], own_writes: own,
      created: made.values_at("process", "repository")
    )
    number = decision.number ? { "number" => decision.number } : {}
    assert_equal vector["expected"], { "do" => decision.todo.to_s, **number }
  end

  vectors("dedup", "after_create") do |vector|
    after = Decide.after_create(vector["signature"], vector["created"], vector["issues"].map { |each| listed(each) },
                                reporters: vector["reporters"], trigger: vector["trigger"])
    assert_equal vector["expected"], { "stop" => after.stop, "label" => after.label, "close" => after.close }
  end

  def test_the_canonical_issue_is_asked_for_only_where_needed
    asked = []
    duplicate = listed("number" => 5, "reason" => "duplicate")
    kept = listed("number" => 3, "signature" => "0" * 16, "state" => "open")
    ask = lambda do |issues|
      decide(issues) { |issue| asked.push(issue.number) && 3 }
    end
    assert_equal [:count, 3], ask.call([duplicate, kept])
    assert_equal [5], asked
    duplicate.duplicate_of = 3
    assert_equal [:count, 3], ask.call([duplicate, kept])
    assert_equal [5], asked
  end

  def test_a_chain_of_duplicates_asks_three_times_at_most
    asked = []
    issues = (1..8).map { |number| listed("number" => number, "reason" => "duplicate") }
    assert_equal([:silent, nil], decide(issues) { |issue| asked.push(issue.number) && issue.number + 1 })
    assert_equal [1, 2, 3], asked
  end

  def test_a_duplicate_of_what_bears_no_marker_is_silent
    issues = [listed("number" => 5, "reason" => "duplicate", "duplicate_of" => 3),
              listed("number" => 3, "signature" => nil, "state" => "open")]
    assert_equal [:silent, nil], decide(issues)
  end

  def test_whatever_is_listed_in_whatever_order
    random = Random.new(9)
    500.times do
      issues = (1..6).to_a.sample(random.rand(7), random: random).map { |number| any(number, random) }
      todo, number = decide(issues)
      ours = issues.select { |each| each.author == 7 && each.signature == SIGNATURE }
      assert_equal ours.empty?, todo == :create
      assert_possible todo, issues.find { |each| each.number == number } if number
      assert_equal [todo, number], decide(issues.shuffle(random: random))
      assert_all_keep_the_same issues, ours.select(&:open).map(&:number).sort
    end
  end

  private

  def decide(issues, &canonical_of)
    Decide.decide(Decide::Sighting.new(SIGNATURE, 10**6, "r2"), issues, reporters: [7], now: 10**6, own_writes: {},
                                                                        created: [0, 0], &canonical_of).to_a
  end

  def assert_possible(todo, issue)
    assert_equal [7, true], [issue.author, !issue.signature.nil?]
    assert_equal issue.open, todo != :regression
    assert issue.open || issue.reason != "not_planned"
  end

  # Whoever created, all agree on which stays: so they never close each other's.
  def assert_all_keep_the_same(issues, alive)
    answers = [7, 8].map do |created| # not listed yet
      Decide.after_create(SIGNATURE, created, issues, reporters: [7], trigger: "auto-fix").to_a
    end
    assert_equal 1, answers.uniq.length
    assert_equal alive.drop(1), answers.first.last
    assert_includes [nil, alive.first], answers.first[1]
  end

  def any(number, random)
    pick = ->(*of) { of.sample(random: random) }
    listed("number" => number, "author" => pick.call(7, 8), "signature" => pick.call(SIGNATURE, "0" * 16, nil),
           "state" => pick.call("open", "closed"), "updated_at" => random.rand(10**6),
           "reason" => pick.call(nil, "completed", "not_planned", "duplicate"),
           "closed_at" => pick.call(nil, random.rand(10**6)), "releases" => pick.call([], ["r1"], %w[r1 r2]),
           "labels" => pick.call([], ["splat"], %w[splat auto-fix]),
           "duplicate_of" => pick.call(nil, random.rand(1..7)), "canonical" => pick.call(nil, random.rand(1..7)))
  end

  def listed(given)
    issue = { "author" => 7, "signature" => SIGNATURE, "updated_at" => 0, **given }
    fields = issue.reject { |key, _| key == "state" }.transform_keys(&:to_sym)
    Decide::Listed.new(open: issue["state"] == "open", **fields)
  end
end
