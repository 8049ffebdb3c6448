require 'sinatra/base'

module Shop
  class Web < Sinatra::Base
    get('/') { params.fetch('q') }
  end
end
