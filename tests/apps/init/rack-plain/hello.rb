module Hello
  def self.to(query) = "hello #{query.split('=').fetch(1)}"
end
