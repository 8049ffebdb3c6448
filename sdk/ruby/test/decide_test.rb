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

  private

  def listed(issue)
    fields = issue.reject { |key, _| key == "state" }.transform_keys(&:to_sym)
    Decide::Listed.new(open: issue["state"] == "open", **fields)
  end
end
