require "ledger"

# A Rack application: GET /balance/ada and /largest/ada.
class Web
  def initialize(ledger)
    @ledger = ledger
  end

  def call(env)
    _, what, customer = env["PATH_INFO"].split("/")
    cents = what == "balance" ? @ledger.balance(customer) : @ledger.largest(customer)
    [200, { "content-type" => "text/plain" }, [cents.to_s]]
  end
end
