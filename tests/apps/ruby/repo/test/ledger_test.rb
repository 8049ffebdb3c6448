require "minitest/autorun"
require "ledger"

class LedgerTest < Minitest::Test
  def setup
    entries = [["ada", 500], ["ada", 700], ["bob", 100]]
    @ledger = Ledger.new(entries.map { |customer, cents| Ledger::Entry.new(customer: customer, cents: cents) })
  end

  def test_balance
    assert_equal 1200, @ledger.balance("ada")
  end

  def test_largest
    assert_equal 700, @ledger.largest("ada")
  end
end
