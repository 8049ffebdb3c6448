require_relative 'hello'

use Rack::Runtime
run ->(env) { [200, {}, [Hello.to(env['QUERY_STRING'])]] }
