# frozen_string_literal: true

require_relative "files"
require_relative "folder"
require_relative "wire"

module Splat
  # P: what could not be delivered yet, in a folder that only this user can read; the next process sends it.
  # The files of one folder. Every method may raise SystemCallError. Used by one thread at a time.
  class Spool
    MOST_FILES = 200
    MOST_BYTES = 20_000_000
    LARGEST = 4_000_000
    # Seconds, after which whoever took it is not believed to be alive.
    TAKEN_FOR = 600
    UNFINISHED_FOR = 3_600
    BAD_FOR = 7 * 86_400
    TAKEN = /\A(.+\.json)\.([0-9]{1,10})\.taken\z/.freeze
    # Windows has none of these.
    PLAIN = %i[NOFOLLOW NONBLOCK].sum { |name| File.const_defined?(name) ? File.const_get(name) : 0 }
    # An item whose file no other process will take.
    Taken = Struct.new(:item, :path, :made) do
      # Under which it stood there for all to take.
      def name
        File.basename(path)[TAKEN, 1].to_s
      end
    end
    private_constant :TAKEN, :PLAIN

    # Paths of what this process took and still holds. A pid alone does not tell: in a container it is always the same.
    @held = {}

    class << self
      attr_reader :held

      # In the child of a fork: what the parent holds is not the child's.
      def forget
        @held = {}
      end
    end

    attr_reader :folder
    # How many were deleted because there were too many, and set aside by P5, since these were last set to 0.
    attr_accessor :dropped, :unreadable

    # Makes the folder. `Files::NotPrivate` when it is a link or another's.
    def initialize(folder)
      Files.private(folder)
      @folder = folder.b # names may be anything
      @made = Object.new # stands for the folder that was made now: it may be deleted while we hold files in it
      @dropped = 0
      @unreadable = 0
    end

    # Leaves the item for any process to deliver. Its path.
    def put(item, text, sync: true)
      name = Files.unused(@folder, Files.name_of(item))
      Files.write(@folder, name, text, sync: sync)
      trim
      File.join(@folder, name)
    end

    # What was put or given back needs no delivery any more.
    def withdraw(path)
      Files.remove(path)
    end

    # Leaves the item, for this process to deliver as long as it lives.
    def put_taken(item, text, sync: true)
      name = "#{Files.unused(@folder, Files.name_of(item))}.#{Process.pid}.taken"
      path = File.join(@folder, name)
      Spool.held[path] = true
      Files.write(@folder, name, text, sync: sync)
      Taken.new(item, path, @made)
    rescue SystemCallError, IOError
      Spool.held.delete(path)
      raise
    end

    # Up to `most` items, the oldest first, of those whose names come after `after`, from now on for this process alone.
    def take(most, after = "")
      names.lazy.select { |name| name > after }.filter_map { |name| take_one(name) }.first(most)
    end

    # It is delivered, or never will be.
    def done(taken)
      Spool.held.delete(taken.path)
      Files.remove(taken.path)
    end

    # Another try, by this process or another one. Its path.
    def back(taken)
      Spool.held.delete(taken.path)
      path = taken.path[TAKEN, 1] || taken.path
      begin
        File.rename(taken.path, path)
      rescue Errno::ENOENT
        again(taken)
      end
      path
    end

    # P3 to P5: gives back what the dead had taken, deletes what is too old or too much.
    def tidy
      now = Time.now
      Dir.children(@folder, encoding: Encoding::BINARY).each do |name|
        tidy_one(File.join(@folder, name), now)
      rescue SystemCallError # each of these another process may do first
        next
      end
      trim
    end

    private

    # Writes it once more where the folder was deleted meanwhile; else it was taken for dead, and given back.
    def again(taken)
      unless File.directory?(@folder)
        Files.private(@folder)
        @made = Object.new
      end
      Files.write(@folder, taken.name, Wire.text_of(taken.item), sync: false) unless taken.made.equal?(@made)
    end

    def tidy_one(path, now)
      if path.end_with?(".tmp", ".bad")
        limit = path.end_with?(".tmp") ? UNFINISHED_FOR : BAD_FOR
        File.unlink(path) if now - File.lstat(path).mtime > limit
        return
      end
      match = TAKEN.match(path)
      return if match.nil? || Spool.held.key?(path)

      File.rename(path, match[1]) if Folder.gone?(match[2].to_i) || now - File.lstat(path).mtime > TAKEN_FOR
    end

    def names
      Dir.children(@folder, encoding: Encoding::BINARY).select { |name| name.end_with?(".json") }.sort
    end

    def take_one(name)
      free = File.join(@folder, name)
      path = "#{free}.#{Process.pid}.taken"
      Spool.held[path] = true
      File.utime(nil, nil, free) # its age as taken is counted from now
      File.rename(free, path)
      Taken.new(Wire.item_of(text_in(path)), path, @made)
    rescue ArgumentError
      set_aside(path, free)
    rescue SystemCallError # another process was faster
      Spool.held.delete(path)
      nil
    end

    def set_aside(path, free)
      Spool.held.delete(path)
      @unreadable += 1
      File.rename(path, "#{free}.bad")
      nil
    rescue SystemCallError
      nil
    end

    # ArgumentError for what is no plain file or too large.
    def text_in(path)
      File.open(path, File::RDONLY | File::BINARY | PLAIN) do |file|
        state = file.stat
        unless state.file? && state.size <= LARGEST
          raise ArgumentError, "#{path} is no file of at most #{LARGEST} bytes"
        end

        (file.read(LARGEST) || +"").force_encoding(Encoding::UTF_8)
      end
    rescue Errno::ELOOP
      raise ArgumentError, "#{path} is a link"
    end

    def trim
      found = names.map { |name| [name, size(name)] }
      left = found.length
      bytes = found.sum(&:last)
      found.each do |name, size|
        return if left <= MOST_FILES && bytes <= MOST_BYTES

        @dropped += 1 if Files.remove(File.join(@folder, name))
        left -= 1
        bytes -= size
      end
    end

    def size(name)
      File.lstat(File.join(@folder, name)).size
    rescue SystemCallError
      0
    end
  end
end
