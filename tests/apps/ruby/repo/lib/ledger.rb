# What customers owe.
class Ledger
  Entry = Struct.new(:customer, :cents, keyword_init: true)

  def initialize(entries)
    @entries = entries
  end

  def balance(customer)
    of(customer).map(&:cents).reduce(0, :+)
  end

  def largest(customer)
    of(customer).max_by(&:cents).cents
  end

  private

  def of(customer)
    @entries.select { |entry| entry.customer == customer }
  end
end
