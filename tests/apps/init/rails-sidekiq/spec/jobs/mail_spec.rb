RSpec.describe 'mail' do
end
