# frozen_string_literal: true

require 'sinatra'

PAGES = { 'home' => 'hello' }.freeze

get '/:page' do |page|
  PAGES.fetch(page).upcase
end
