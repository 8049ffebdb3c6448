# frozen_string_literal: true

require "securerandom"

module Splat
  module Transports
    class GitHub
      # D7: one process a host creates issues at a time, by a lock file in the spool: the right to create issues. Where
      # there is no folder to write in, everyone has it: D8 puts that right.
      class Claim
        NAME = "create.lock"
        STALE = 60.0 # seconds after which whoever holds it is not believed to be alive

        def initialize(folder)
          @path = folder && File.join(folder, NAME)
          @held = false
        end

        # Whether it is ours now. Does not wait.
        def take
          return true if @path.nil? || @held

          @held = made? || (stale? && broken? && made?)
        rescue SystemCallError
          true
        end

        # We are alive: nobody is to take it from us yet.
        def keep
          File.utime(nil, nil, @path) if @held
        rescue SystemCallError
          nil
        end

        # Let others have it.
        def release
          return unless @held

          @held = false
          File.unlink(@path)
        rescue SystemCallError
          nil
        end

        private

        def made?
          File.open(@path, File::WRONLY | File::CREAT | File::EXCL, 0o600).close
          true
        rescue Errno::EEXIST
          false
        end

        def stale?
          old?(@path)
        rescue Errno::ENOENT
          true
        end

        def old?(path)
          (Time.now - File.lstat(path).mtime).abs > STALE
        end

        # Takes a stale lock away. Two processes may try at once: who finds a fresh one in his hands puts it back.
        def broken?
          aside = "#{@path}.#{Process.pid}.#{SecureRandom.hex(4)}.tmp"
          File.rename(@path, aside)
          begin
            old?(aside) || put_back(aside)
          ensure
            File.unlink(aside)
          end
        rescue Errno::ENOENT
          true
        end

        def put_back(aside)
          File.link(aside, @path)
          false
        rescue SystemCallError
          false
        end
      end
    end
  end
end
