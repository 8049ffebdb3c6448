require "minitest/autorun"
require "web"

describe Web do
  it "answers with a balance" do
    ledger = Ledger.new([Ledger::Entry.new(customer: "ada", cents: 500)])
    _(Web.new(ledger).call("PATH_INFO" => "/balance/ada").last).must_equal ["500"]
  end
end
