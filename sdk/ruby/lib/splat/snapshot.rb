# frozen_string_literal: true

require_relative "guard"
require_relative "plain"

module Splat
  # What an exception is, read on the app's thread: first only what tells errors apart, then, for a new one, all of it.
  #
  # Nothing of the app is kept: no value, no exception. Nothing of the app is called but its own `message`, as printing
  # would, and that guarded. `detailed_message` is not called: what it adds is for a terminal.
  module Snapshot
    MOST_EXCEPTIONS = 200
    # S7 looks at the last 2,000 frames of an exception, L4 shows the first 50.
    INNERMOST = 2_000
    OUTERMOST = 50
    # Code points; X11 wants to know that there were more than 100,000.
    MOST_MESSAGE = 100_001
    MOST_KEY = 5_000
    # S9 and S10 read how a message begins.
    SPEAKING = [
      "Allowed memory size of ", "JavaScript heap out of memory", "Array buffer allocation failed",
      "runtime: out of memory", "runtime: cannot allocate memory", "Maximum execution time of ",
      "Maximum call stack size ", "too much recursion", "stack overflow", "Maximum function nesting level of ",
      "maximum recursion depth exceeded"
    ].freeze
    # What a class of the app's may cover by methods of its own.
    CAUSE = Exception.instance_method(:cause)
    LOCATIONS = Exception.instance_method(:backtrace_locations)
    BACKTRACE = Exception.instance_method(:backtrace)
    STORED = Exception.instance_method(:to_s)
    METHOD = Module.instance_method(:instance_method)
    RECEIVER = NameError.instance_method(:receiver)
    # What Ruby prints for these as a receiver runs no code of the app.
    BUILT_IN = [NilClass, TrueClass, FalseClass, Integer, Float, String, Symbol].freeze
    FAILED = "<message failed>"
    private_constant :SPEAKING, :CAUSE, :LOCATIONS, :BACKTRACE, :STORED, :METHOD, :RECEIVER, :BUILT_IN, :FAILED

    # One call as the runtime tells it; `file` is where it can be read, nil where that is unknown.
    Call = Struct.new(:path, :line, :function, :file)

    # One exception of a chain; `parent` is an index into the list it stands in, -1 for the first (R3, S7). What repeats
    # are not asked for is read when it is asked for, at last by `settle`: from then on no exception is held.
    class Link
      attr_reader :type, :relation, :parent

      def initialize(exception, relation, parent)
        @exception = exception
        @type = Snapshot.type_of(exception)
        @relation = relation
        @parent = parent
        @trace = Snapshot.trace_of(exception)
      end

      # R4: what is no exception.
      def self.made(type, message, calls)
        allocate.tap { |link| link.send(:become, type, message, calls) }
      end

      def message
        @message ||= Snapshot.message_of(@exception)
      end

      # From the outermost call to the crash.
      def calls
        @calls ||= @trace.filter_map { |each| Snapshot.call(each) }.reverse
      end

      # What tells its place. The block is asked of each path.
      def place(parts)
        @trace.each do |each|
          if each.is_a?(String)
            parts << each
          else
            path = each.path
            yield path
            parts << path << each.lineno << each.label
          end
        end
      end

      # Whether its message begins as S9 and S10 ask. Ruby's own of a name that is not there never does.
      def speaks?
        !Snapshot.plain_name_error?(@exception) && message.start_with?(*SPEAKING)
      end

      def bare?
        @trace.empty?
      end

      def settle
        message
        calls
        @exception = @trace = nil
        self
      end

      private

      def become(type, message, calls)
        @type = type
        @message = message
        @calls = calls
        @trace = calls.map { |call| "#{call.path}:#{call.line}:#{call.function}" }
        @relation = "surfaced"
        @parent = -1
      end
    end

    module_function

    # R3: the exception and its causes, each object once.
    def links(exception)
      links = []
      seen = {}.compare_by_identity
      while exception && !seen.key?(exception) && links.length < MOST_EXCEPTIONS
        seen[exception] = true
        links << Link.new(exception, links.empty? ? "surfaced" : "cause", links.length - 1)
        exception = CAUSE.bind_call(exception)
      end
      links
    end

    # What two errors of one bug share in one process, whatever their values are. The block tells whose a path is.
    def key(links)
      parts = []
      in_app = false
      links.each do |link|
        parts << link.type
        link.place(parts) { |path| in_app ||= yield(path || "") }
      end
      parts.concat(links.map { |link| link.message[0, MOST_KEY] }) if !in_app || links.any?(&:speaks?)
      parts
    end

    def type_of(exception)
      UTF8.of(Plain.name_of(Plain.class_of(exception)))
    end

    # As a trace prints it, without what did_you_mean and error_highlight add.
    def message_of(exception)
      text = stored?(exception) ? STORED.bind_call(exception) : asked(exception)
      String === text ? UTF8.first(text, MOST_MESSAGE) : FAILED
    rescue *Guard::FAILURES
      FAILED
    end

    # Whether the message is the text it was made with: no code of the app has a part in it.
    def stored?(exception)
      kind = Plain.class_of(exception)
      return false unless METHOD.bind_call(kind, :message).owner == Exception
      return built_in_receiver?(exception) if NameError === exception

      METHOD.bind_call(kind, :to_s).owner == Exception
    end

    # A NameError's message is made when it is asked for, until Ruby 3.3 with the receiver's `inspect`.
    def built_in_receiver?(exception)
      return false unless plain_to_s?(exception)
      return true if RUBY_VERSION >= "3.4"

      BUILT_IN.any? { |each| Plain.class_of(RECEIVER.bind_call(exception)).equal?(each) }
    rescue ArgumentError # it has none
      true
    end

    # did_you_mean and error_highlight stand in front of the method in Ruby 3.0 and 3.1.
    def plain_to_s?(exception)
      owner = METHOD.bind_call(Plain.class_of(exception), :to_s).owner
      owner == Exception || owner == NameError || Plain.name_of(owner).start_with?("DidYouMean::", "ErrorHighlight::")
    end

    def asked(exception)
      Guard.bounded(FAILED, Guard::MESSAGE_SECONDS) { told(exception) }
    end

    def told(exception)
      # As it would be without what stands in front of it, but only where the app has nothing of its own there.
      return exception.message unless NameError === exception && plain_to_s?(exception)

      STORED.bind_call(exception)
    end

    # Whether it is a NameError with Ruby's own message.
    def plain_name_error?(exception)
      return false unless NameError === exception

      METHOD.bind_call(Plain.class_of(exception), :message).owner == Exception && plain_to_s?(exception)
    end

    # Locations, or lines where the trace was set by hand, from the crash to the outermost call; of very many the
    # innermost and the outermost.
    def trace_of(exception)
      found = LOCATIONS.bind_call(exception) || BACKTRACE.bind_call(exception)
      found.is_a?(Array) ? bounded(found) : []
    end

    def bounded(found)
      return found if found.length <= INNERMOST + OUTERMOST

      found.first(INNERMOST) + found.last(OUTERMOST)
    end

    # Of a location or a line.
    def call(each)
      return parsed(each) unless each.is_a?(Thread::Backtrace::Location)

      path = each.path
      Call.new(path || "", each.lineno, each.label || "", path ? each.absolute_path || path : nil)
    end

    # From the outermost call to the innermost, of locations as Ruby gives them.
    def calls(locations)
      bounded(locations).map { |each| call(each) }.reverse
    end

    # A line of a trace that was set by hand: "app.rb:3:in `total'".
    def parsed(text)
      return nil unless text.is_a?(String)

      text = UTF8.first(text, 4_000)
      place, found, function = text.partition(":in ")
      path, colon, line = place.rpartition(":")
      return Call.new(place, nil, "", nil) if colon.empty? || !line.match?(/\A[0-9]{1,9}\z/)

      function = found.empty? ? "" : function.delete_prefix("`").delete_prefix("'").delete_suffix("'")
      Call.new(path, line.to_i, function, path)
    end
  end
end
