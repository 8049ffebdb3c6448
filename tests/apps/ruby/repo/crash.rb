# One request for a customer who never bought anything.
$LOAD_PATH.unshift(File.join(__dir__, "lib"))
require "web"

ledger = Ledger.new([Ledger::Entry.new(customer: "ada", cents: 500)])
puts Web.new(ledger).call("PATH_INFO" => "/largest/grace")
