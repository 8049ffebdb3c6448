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
    SPEAKING = /\A(?:Allowed\ memory\ size\ of\ |JavaScript\ heap\ out\ of\ memory|Array\ buffer\ allocation\ failed|
      runtime:\ out\ of\ memory|runtime:\ cannot\ allocate\ memory|Maximum\ execution\ time\ of\ |
      Maximum\ call\ stack\ size\ |too\ much\ recursion|stack\ overflow|
      Maximum\ function\ nesting\ level\ of\ |maximum\ recursion\ depth\ exceeded)/x.freeze
    # S10 looks at all calls of these, by the last part of the type.
    OVERFLOW = %w[RecursionError SystemStackError StackOverflowError].freeze
    # What a class of the app's may cover by methods of its own.
    CAUSE = Exception.instance_method(:cause)
    LOCATIONS = Exception.instance_method(:backtrace_locations)
    BACKTRACE = Exception.instance_method(:backtrace)
    STORED = Exception.instance_method(:to_s)
    METHOD = Module.instance_method(:instance_method)
    RECEIVER = NameError.instance_method(:receiver)
    # did_you_mean's and error_highlight's `to_s` stand in front of a class's own until Ruby 3.3.
    IN_FRONT = %w[DidYouMean:: ErrorHighlight::].freeze
    OWN_TO_S = [Exception, NameError].freeze
    # What Ruby prints for these as a receiver runs no code of the app.
    BUILT_IN = [NilClass, TrueClass, FalseClass, Integer, Float, String, Symbol].freeze
    FAILED = "<message failed>"
    private_constant :SPEAKING, :OVERFLOW, :CAUSE, :LOCATIONS, :BACKTRACE, :STORED, :METHOD, :RECEIVER, :IN_FRONT,
                     :OWN_TO_S, :BUILT_IN, :FAILED

    # One call as the runtime tells it; `file` is where it can be read, nil where that is unknown; `built_in` says that it
    # is a method written in C: Ruby gives it the place of its caller (F4).
    Call = Struct.new(:path, :line, :function, :file, :built_in)

    # One exception of a chain; `parent` is an index into the list it stands in, -1 for the first (R3, S7). What repeats
    # are not asked for is read when it is asked for; after `settle` no exception is held.
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
        @calls ||= Snapshot.placed(@trace.filter_map { |each| Snapshot.call(each) }.reverse)
      end

      # All that tells its place.
      def places
        @trace.flat_map { |each| each.is_a?(String) ? [each] : [each.path, each.lineno, each.label] }
      end

      # Path and method of the innermost call of the app's, among those that S7 looks at. The block tells whose a path is.
      def innermost
        @trace.each_with_index do |each, index|
          break if index == INNERMOST

          path = each.path || ""
          return [path, each.label || ""] if yield(path) && !built_in?(each, @trace[index + 1])
        end
        nil
      end

      # Whether the types and one place tell what S asks of it.
      def short?
        !(by_hand? || @type.end_with?(*OVERFLOW) || speaks?)
      end

      # Whether its message begins as S9 and S10 ask. Ruby's own of a name that is not there never does.
      def speaks?
        !Snapshot.plain_name_error?(@exception) && message.match?(SPEAKING)
      end

      # Whether its trace is one of lines.
      def by_hand?
        @trace.first.is_a?(String)
      end

      def bare?
        @trace.empty?
      end

      # From now on it holds no exception. Calls are read where they are asked for: they hold no values.
      def settle
        message
        @exception = nil
        self
      end

      private

      def built_in?(each, outer)
        outer && each.lineno == outer.lineno && each.path == outer.path && Snapshot.built_in?(each.label, outer.label)
      end

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
      links = [Link.new(exception, "surfaced", -1)]
      cause = CAUSE.bind_call(exception) or return links

      seen = {}.compare_by_identity
      seen[exception] = true
      while cause && !seen.key?(cause) && links.length < MOST_EXCEPTIONS
        seen[cause] = true
        links << Link.new(cause, "cause", links.length - 1)
        cause = CAUSE.bind_call(cause)
      end
      links
    end

    # All that S12 asks for, and S9 to S11 do not speak before it: which exception of the chain, path and method of its
    # innermost call that is the app's. nil where S asks for more, or there is none. So of most errors only the innermost
    # calls are looked at. The block tells whose a path is.
    def place(links, &own)
      return nil unless links.all?(&:short?)

      (links.length - 1).downto(0) do |index|
        found = links[index].innermost(&own)
        return [index, *found] if found
      end
      nil
    end

    # What two errors of one bug share in one process, whatever their values are. `place` is what `place` gives for them.
    def key(links, place, &own)
      place ? links.map(&:type).concat(place) : whole_key(links, &own)
    end

    def whole_key(links, &own)
      parts = [:whole, *links.flat_map { |link| [link.type, *link.places] }]
      in_app = links.any? { |link| link.innermost(&own) } unless links.any?(&:by_hand?)
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
      METHOD.bind_call(Plain.class_of(exception), :message).owner == Exception && plain_to_s?(exception) &&
        (!(NameError === exception) || built_in_receiver?(exception))
    end

    # A NameError's message is made when it is asked for, until Ruby 3.3 with the receiver's `inspect`.
    def built_in_receiver?(exception)
      return true if RUBY_VERSION >= "3.4"

      BUILT_IN.any? { |each| Plain.class_of(RECEIVER.bind_call(exception)).equal?(each) }
    rescue ArgumentError # it has none
      true
    end

    # Whether its `to_s` is Ruby's, whatever Ruby's own libraries put in front of it.
    def plain_to_s?(exception)
      found = METHOD.bind_call(Plain.class_of(exception), :to_s)
      while found && !OWN_TO_S.include?(found.owner)
        return false unless Plain.name_of(found.owner).start_with?(*IN_FRONT)

        found = found.super_method
      end
      !found.nil?
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
      placed(bounded(locations).map { |each| call(each) }.reverse)
    end

    # The same calls; which of them are built in is told by those that called them.
    def placed(calls)
      calls.each_cons(2) do |outer, inner|
        inner.built_in = inner.line == outer.line && inner.path == outer.path &&
                         built_in?(inner.function, outer.function)
      end
      calls
    end

    # Of two functions with one place. Blocks and bodies of classes are written in Ruby.
    def built_in?(function, outer)
      function && function != outer && !function.start_with?("<") && !function.include?(" in ")
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
