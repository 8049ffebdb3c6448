RSpec.describe 'web' do
end
