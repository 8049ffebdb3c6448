require './lib/web'

run Shop::Web
